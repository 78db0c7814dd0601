import { createHistogram } from 'node:perf_hooks';

export interface LatencyFigures {
  readonly count: number;
  /** Milliseconds, right to three digits; NaN of none. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const MICROSECONDS = 1_000;
const HIGHEST_MS = 600_000;

/** Counts latencies in little room: Node's own HdrHistogram, in microseconds. */
export class Latencies {
  private readonly histogram = createHistogram({
    lowest: 1,
    highest: HIGHEST_MS * MICROSECONDS,
    figures: 3,
  });

  /** What is below a microsecond counts as one, what is above ten minutes as ten minutes. */
  record(ms: number): void {
    const within = Math.min(Math.max(ms * MICROSECONDS, 1), HIGHEST_MS * MICROSECONDS);
    this.histogram.record(Math.round(within));
  }

  figures(): LatencyFigures {
    const { count } = this.histogram;
    const at = (percent: number): number =>
      count === 0 ? Number.NaN : this.histogram.percentile(percent) / MICROSECONDS;
    return { count, p50: at(50), p99: at(99), p999: at(99.9), max: at(100) };
  }
}
