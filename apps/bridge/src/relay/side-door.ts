import type { KafkaError } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';

/** Where a main pipeline hands over what is not well. */
export interface SideDoor {
  /**
   * Takes the records over: each alone, or those of a topic together.
   * False when the side is full: then nothing was taken.
   */
  isolate(rows: readonly OutboxRecord[], alone: boolean): boolean;
  /** The records of this one's transaction that were handed over, this one included if it was. */
  together(record: OutboxRecord): ReadonlySet<number>;
  /** Takes over a record that belongs to a transaction. False when the side is full. */
  handOver(record: OutboxRecord): boolean;
  /**
   * These were refused, each for itself and all for the same reason: retry, or dead letter.
   * @param batch number of the one that was refused, where there was one.
   */
  judge(rows: readonly OutboxRecord[], error: KafkaError, batch?: number | null): Promise<void>;
}
