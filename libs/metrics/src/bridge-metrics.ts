import { collectDefaultMetrics } from 'prom-client';
import type { InstrumentName, Meters } from './meters.js';
import { PIPELINE_STATES, type MetricsSnapshot, type MetricsSource } from './snapshot.js';

/** Figures of the process that are no counters but are named as if they were. The same stand there by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

type Values = Partial<Record<InstrumentName, number>>;

/** What `GET /metrics` says. Totals are taken over from the source at each scrape, so they survive a restart. */
export class BridgeMetrics {
  constructor(
    private readonly source: MetricsSource,
    private readonly meters: Meters,
  ) {
    collectDefaultMetrics({ register: meters.registry });
    for (const name of MISNAMED) meters.registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.meters.registry.contentType;
  }

  /** The Prometheus text format. */
  async text(): Promise<string> {
    this.take(await this.source.read());
    return this.meters.registry.metrics();
  }

  private take(snapshot: MetricsSnapshot): void {
    for (const [name, total] of Object.entries(snapshot.totals) as [InstrumentName, number][]) {
      const counter = this.meters.counters.get(name);
      counter?.reset();
      counter?.inc(total);
    }
    const values: Values = {
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
      ...(snapshot.disk === null
        ? {}
        : { diskFree: snapshot.disk.freeBytes, diskSize: snapshot.disk.totalBytes }),
      openBatches: snapshot.openBatches,
      ledgerAge: snapshot.ledgerAgeSeconds,
      clock: snapshot.clockSeconds,
      clockStep: snapshot.clockStepSeconds,
    };
    for (const [name, value] of Object.entries(values) as [InstrumentName, number][]) {
      this.meters.gauges.get(name)?.set(value);
    }
    this.takeLabelled(snapshot);
  }

  private takeLabelled(snapshot: MetricsSnapshot): void {
    const { gauges } = this.meters;
    for (const [status, count] of Object.entries(snapshot.rows)) {
      gauges.get('rows')?.set({ status }, count);
    }
    // Pipelines come and go with the lanes of an instance, limits and certificates with what is configured.
    for (const name of ['pipelineState', 'limit', 'limitUsed', 'certificateEnd'] as const) {
      gauges.get(name)?.reset();
    }
    for (const { name: pipeline, state: current } of snapshot.pipelines) {
      for (const state of PIPELINE_STATES) {
        gauges.get('pipelineState')?.set({ pipeline, state }, Number(state === current));
      }
    }
    for (const { limit, max, used } of snapshot.limits) {
      gauges.get('limit')?.set({ limit }, max);
      gauges.get('limitUsed')?.set({ limit }, used / max);
    }
    for (const { use, notAfterSeconds } of snapshot.certificates) {
      gauges.get('certificateEnd')?.set({ use }, notAfterSeconds);
    }
  }
}
