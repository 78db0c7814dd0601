import type { KafkaError } from './kafka.error.js';
import { putLast } from './put-last.js';

/** What is remembered of one topic. `partitions` 0: the cluster is known not to have it. */
export interface TopicFacts {
  readonly partitions: number;
  readonly maxBytes: number | null;
}

interface Entry extends TopicFacts {
  readonly at: number;
}

/** A present topic is asked for again after a minute; a missing one soon, since somebody may be creating it. */
const PRESENT_MS = 60_000;
const MISSING_MS = 1_000;
/** How long an old answer is better than none while Kafka cannot be asked. */
const USABLE_MS = 24 * 3_600_000;
const MAX_TOPICS = 10_000;

/** Bounded memory of the cluster's topics. Pure: the clock is given. */
export class TopicCache {
  private readonly entries = new Map<string, Entry>();
  private readonly refusals = new Map<string, KafkaError>();

  constructor(private readonly now: () => number = Date.now) {}

  put(topic: string, facts: TopicFacts): void {
    this.refusals.delete(topic);
    putLast(this.entries, topic, { ...facts, at: this.now() }, MAX_TOPICS);
  }

  /** The cluster has answered that it says nothing of the topic; what was known of it is kept. */
  refuse(topic: string, error: KafkaError): void {
    putLast(this.refusals, topic, error, MAX_TOPICS);
  }

  refusalOf(topic: string): KafkaError | null {
    return this.refusals.get(topic) ?? null;
  }

  forget(topic: string): void {
    this.entries.delete(topic);
    this.refusals.delete(topic);
  }

  /** The facts while they may still be used, how old they are, and whether it is time to ask again. */
  get(
    topic: string,
  ): { readonly facts: TopicFacts; readonly ageMs: number; readonly stale: boolean } | null {
    const entry = this.entries.get(topic);
    if (entry === undefined) return null;
    const ageMs = this.now() - entry.at;
    if (entry.partitions === 0) {
      return ageMs > MISSING_MS ? null : { facts: entry, ageMs, stale: false };
    }
    return ageMs > USABLE_MS ? null : { facts: entry, ageMs, stale: ageMs > PRESENT_MS };
  }
}
