import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { INSTRUMENTS, type Instrument } from './instruments.js';

/** The steps of a record's way: durable; written down as a batch; with Kafka; committed there; settled; answered. */
export const STEPS = ['accept', 'open', 'append', 'commit', 'settle', 'confirm'] as const;
export type Step = (typeof STEPS)[number];

export type InstrumentName = keyof typeof INSTRUMENTS;

/** Every instrument, made; and what is measured where it happens, since the start of this process. */
export class Meters {
  readonly registry = new Registry();
  readonly counters = new Map<InstrumentName, Counter>();
  readonly gauges = new Map<InstrumentName, Gauge>();
  private readonly histograms = new Map<InstrumentName, Histogram>();

  constructor() {
    const registers = [this.registry];
    for (const [key, instrument] of Object.entries(INSTRUMENTS) as [InstrumentName, Instrument][]) {
      const { name, help, kind, buckets = [] } = instrument;
      const options = { name, help, labelNames: [...instrument.labels], registers };
      if (kind === 'counter') this.counters.set(key, new Counter(options));
      else if (kind === 'gauge') this.gauges.set(key, new Gauge(options));
      else this.histograms.set(key, new Histogram({ ...options, buckets: [...buckets] }));
    }
    // A rate needs a first value: what has not happened yet is 0, not absent.
    for (const step of STEPS) this.histograms.get('stepSeconds')?.zero({ step });
  }

  /** @param route the pattern of the route, never the path; @param seconds from the first byte to the last. */
  observeRequest(method: string, route: string, status: number, seconds: number): void {
    const labels = { method, route, status: String(status) };
    this.histograms.get('requestSeconds')?.observe(labels, seconds);
  }

  /** Measures a step, whether it succeeds or not. */
  async time<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.took(step, performance.now() - began);
    }
  }

  /** @param ms milliseconds that the step took. */
  took(step: Step, ms: number): void {
    this.histograms.get('stepSeconds')?.observe({ step }, ms / 1_000);
  }

  /** Kafka has committed a batch. @param kind a few fixed words. @param bytes of keys and values. */
  batchSent(kind: string, records: number, bytes: number): void {
    this.histograms.get('batchRecords')?.observe({ kind }, records);
    this.histograms.get('batchBytes')?.observe({ kind }, bytes);
  }

  producerRestarted(): void {
    this.counters.get('producerRestarts')?.inc();
  }

  spansDropped(count: number): void {
    this.counters.get('spansDropped')?.inc(count);
  }

  /** The outbox has committed. @param ms of the commit alone. @param changes that share it. */
  storageCommitted(ms: number, changes: number): void {
    this.histograms.get('commitSeconds')?.observe(ms / 1_000);
    this.histograms.get('commitChanges')?.observe(changes);
  }
}
