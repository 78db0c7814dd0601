import type { LedgerNumber } from './ports.js';

/** A record as a read_committed consumer finds it. */
export interface ScannedRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In their order, except that names which are whole numbers come first: the client keeps no order of these. */
  readonly headers: readonly { readonly name: string; readonly value: Buffer }[];
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly transactional: boolean;
}

/** A piece of one partition, in the order of the offsets. */
export interface ScannedPiece {
  readonly partition: number;
  /** What consumers see of the piece; may be empty where everything in it was aborted or is a marker. */
  readonly records: readonly ScannedRecord[];
  /** The oldest offset that the partition still has. */
  readonly logStart: bigint;
  /** The next offset to be read. In the first piece of a partition, which is empty: where the scan begins. */
  readonly position: bigint;
  /** Where the partition ended when the scan began; below `position` when `from` was beyond it. */
  readonly end: bigint;
}

/** What the operator's commands ask of the cluster beside the ports that the relay uses. */
export abstract class TopicScan {
  /**
   * Everything that a read_committed consumer sees in the topic, partition after partition, up to the end that
   * each has at the moment of the call. Waits for transactions that are open before that end. A partition that
   * `from` does not name is read from its beginning. At least one piece a partition, also of an empty one.
   * Memory: one piece of some MiB at a time.
   * @throws KafkaError `unknown_topic` when the cluster is certain not to have the topic; `kafka_timeout` when
   * nothing more comes for a minute. A scan that ends without an error has seen everything.
   */
  abstract scan(topic: string, from: ReadonlyMap<number, bigint>): AsyncIterable<ScannedPiece>;

  /** The topic's `cleanup.policy`, or null where it cannot be read. */
  abstract cleanupPolicy(topic: string): Promise<string | null>;

  /** The numbers that a group's offsets hold on a topic now, by partition. Nobody is fenced: they may move on. */
  abstract peek(group: string, topic: string): Promise<ReadonlyMap<number, LedgerNumber>>;

  /** Names of the groups that begin so. */
  abstract groups(prefix: string): Promise<readonly string[]>;

  abstract close(): Promise<void>;
}
