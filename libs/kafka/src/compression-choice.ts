import { putLast } from './put-last.js';

/** What a request holds of one topic. */
export interface TopicShare {
  readonly topic: string;
  readonly bytes: number;
}

/**
 * Each partition's records are compressed by themselves, and that takes some 50 µs however few they are: below this
 * there is little to win, and a lone record is to leave at once. Measured, docs/performance/compression.md.
 */
const MIN_PARTITION_BYTES = 4 * 2 ** 10;
/** Of a request's bytes; where more is left it is not worth the time, nor that of the consumers. */
const MAX_LEFT = 0.8;
/** So long a sample stands for its topic, also one that did not shrink: contents change. */
const SAMPLE_MS = 60_000;
const MAX_TOPICS = 10_000;

interface Sample {
  /** What is left of a byte, 0 to 1; 1: nothing was won. */
  readonly left: number;
  readonly at: number;
}

/** Whether a request is worth compressing, by what samples of its topics came to. Pure: the clock is given. */
export class CompressionChoice {
  private readonly samples = new Map<string, Sample>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Whether a request can be worth it at all. */
  isLargeEnough(shares: readonly TopicShare[], partitions: number): boolean {
    return totalOf(shares) >= MIN_PARTITION_BYTES * partitions;
  }

  /** The topics that should be sampled now, those with enough in the request to tell. */
  toSample(shares: readonly TopicShare[]): readonly string[] {
    const isOld = (topic: string): boolean => {
      const sample = this.samples.get(topic);
      return sample === undefined || this.now() - sample.at >= SAMPLE_MS;
    };
    return shares
      .filter(({ topic, bytes }) => bytes >= MIN_PARTITION_BYTES && isOld(topic))
      .map(({ topic }) => topic);
  }

  learn(topic: string, before: number, after: number): void {
    const left = Math.min(1, after / before);
    putLast(this.samples, topic, { left, at: this.now() }, MAX_TOPICS);
  }

  /** By the last sample of each topic; of one that has none nothing is expected. */
  isWorthwhile(shares: readonly TopicShare[]): boolean {
    const left = shares.reduce(
      (sum, { topic, bytes }) => sum + bytes * (this.samples.get(topic)?.left ?? 1),
      0,
    );
    return left <= MAX_LEFT * totalOf(shares);
  }
}

function totalOf(shares: readonly TopicShare[]): number {
  return shares.reduce((sum, { bytes }) => sum + bytes, 0);
}
