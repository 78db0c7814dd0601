import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { INSTRUMENTS, type Instrument } from './instruments.js';
import type { MetricsSnapshot, MetricsSource } from './snapshot.js';

/** Seconds; the confirmation wait (5 s by default, at most 60 s) is in them. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

type Name = keyof typeof INSTRUMENTS;

/** The registry of this process. Totals are taken over from the source at each scrape, so they survive a restart. */
export class BridgeMetrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<Name, Counter>();
  private readonly gauges = new Map<Name, Gauge>();
  private readonly requestSeconds: Histogram;

  constructor(private readonly source: MetricsSource) {
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    for (const [key, instrument] of Object.entries(INSTRUMENTS) as [Name, Instrument][]) {
      const { name, help, kind } = instrument;
      const labelNames = [...instrument.labels];
      if (kind === 'counter') {
        this.counters.set(key, new Counter({ name, help, labelNames, registers }));
      } else if (kind === 'gauge') {
        this.gauges.set(key, new Gauge({ name, help, labelNames, registers }));
      }
    }
    const { name, help, labels } = INSTRUMENTS.requestSeconds;
    this.requestSeconds = new Histogram({
      name,
      help,
      labelNames: [...labels],
      buckets: REQUEST_BUCKETS,
      registers,
    });
  }

  /** @param route the pattern of the route, never the path; @param seconds from the first byte to the last. */
  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.requestSeconds.observe({ method, route, status: String(status) }, seconds);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** The Prometheus text format. */
  async text(): Promise<string> {
    this.take(await this.source.read());
    return this.registry.metrics();
  }

  private take(snapshot: MetricsSnapshot): void {
    for (const [name, total] of Object.entries(snapshot.totals) as [Name, number][]) {
      const counter = this.counters.get(name);
      counter?.reset();
      counter?.inc(total);
    }
    for (const [status, count] of Object.entries(snapshot.rows)) {
      this.gauges.get('rows')?.set({ status }, count);
    }
    const values: Partial<Record<Name, number>> = {
      openBytes: snapshot.openBytes,
      oldestOpen: snapshot.oldestOpenSeconds,
      accepting: Number(snapshot.accepting),
      ready: Number(snapshot.ready),
      connected: Number(snapshot.connected),
      pipelineStopped: snapshot.pipelinesStopped,
      pipelineWait: snapshot.pipelineWaitSeconds,
      quarantined: snapshot.quarantined,
      blockedKeys: snapshot.blockedKeys,
      sweepFailures: snapshot.sweepFailures,
      walBytes: snapshot.walBytes,
      lanes: snapshot.lanes,
      instances: snapshot.instances,
      ...(snapshot.bloat === null
        ? {}
        : {
            deadRows: snapshot.bloat.deadRows,
            oldestTransaction: snapshot.bloat.oldestTransactionMs / 1_000,
          }),
      ...(snapshot.diskFreeBytes === null ? {} : { diskFree: snapshot.diskFreeBytes }),
    };
    for (const [name, value] of Object.entries(values) as [Name, number][]) {
      this.gauges.get(name)?.set(value);
    }
  }
}
