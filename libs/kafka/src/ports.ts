import type { KafkaError } from './kafka.error.js';

/** A record as the producer takes it: bytes only, partition chosen. */
export interface ProducerRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer }[];
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** All records of one batch for one partition, in order. */
export interface PartitionRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ProducerRecord[];
  /** The topic's max.message.bytes where it is known: Kafka measures whole requests a partition by it, not records. */
  readonly maxBytes: number | null;
}

/** Kafka's offsets for the records of one partition, in their order; decimal strings. */
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  readonly offsets: readonly string[];
}

/** What became of one partition of a batch that was not appended whole. */
export interface PartitionFailure {
  readonly topic: string;
  readonly partition: number;
  /** Positions (in the partition's records) that the failed request held; one position names the culprit. */
  readonly positions: readonly number[];
  readonly error: KafkaError;
}

/** The answer to an append: every record has an offset, or at least one partition failed. */
export type AppendResult =
  | { readonly complete: true; readonly offsets: readonly PartitionOffsets[] }
  | {
      readonly complete: false;
      /** What was appended all the same (means nothing inside a transaction). */
      readonly offsets: readonly PartitionOffsets[];
      readonly failures: readonly PartitionFailure[];
    };

/** Where a pipeline's batch number is kept in Kafka: a group offset on a partition of the ledger topic. */
export interface LedgerSlot {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The partition whose group offset carries the mark of `TransactionalProducer.mark`. */
  readonly markPartition: number;
}

/** What the ledger holds: the number of a batch, and the token of whoever opened it. */
export interface LedgerNumber {
  readonly number: number;
  readonly token: string;
}

/**
 * One incarnation of a pipeline's transactional producer, already fenced: when it exists, no request of a
 * predecessor can change anything. After any rejection or doubt it is discarded, never reused
 * (kafkajs 2.2.4 acknowledges records that it never wrote when a producer goes on after an error).
 * Every method has a deadline of its own and rejects with `KafkaError`.
 */
export abstract class TransactionalProducer {
  /**
   * Opens the next transaction, puts the batch number into it as the ledger's group offset, and appends the
   * records, one request in flight a partition.
   * Resolves also when partitions failed; rejects when the transaction itself is in trouble.
   */
  abstract append(
    slot: LedgerSlot,
    entry: LedgerNumber,
    batch: readonly PartitionRecords[],
  ): Promise<AppendResult>;

  /** Commits. A rejection says nothing about the outcome (`unknown`): fence, then ask the ledger. */
  abstract commit(): Promise<void>;

  /**
   * Commits a transaction that holds nothing but a new, unique mark beside the ledger's number, and returns the
   * mark. Kafka writes group offsets in order, so whoever sees the mark sees all that was committed before it.
   */
  abstract mark(slot: LedgerSlot): Promise<string>;

  /** Lets go of the sockets without waiting for an answer. Never throws. */
  abstract discard(): void;

  /** Closes in good order, within a deadline. */
  abstract close(): Promise<void>;
}

/** Makes transactional producers: connects and fences every predecessor of the same transactional id. */
export abstract class TransactionalProducers {
  abstract fence(transactionalId: string): Promise<TransactionalProducer>;
}

/** At-least-once: a plain producer with acks=all, no retries of its own, one request in flight a partition. */
export abstract class PlainProducer {
  abstract append(batch: readonly PartitionRecords[]): Promise<AppendResult>;
  abstract close(): Promise<void>;
}

/** Reads and prepares the ledger. */
export abstract class Ledger {
  /** Makes the ledger topic when it is missing, and adds partitions when it has fewer. */
  abstract prepare(topic: string, partitions: number): Promise<void>;

  /**
   * Every number of the group by partition, without a mark: what is answered was true, and may have been followed
   * by more.
   */
  abstract numbers(group: string, topic: string): Promise<ReadonlyMap<number, number>>;

  /**
   * What was committed last, or null when the ledger holds nothing. Read it only after the pipeline's predecessor
   * is fenced, with the mark that its successor has set since: an answer without the mark is one of the past
   * (a group coordinator that has just started answers from what its followers have confirmed, which can be
   * nothing) and is not taken.
   * @throws KafkaError `incomplete_answer` when the mark does not show within the deadline.
   */
  abstract read(slot: LedgerSlot, mark: string): Promise<LedgerNumber | null>;
}

export interface TopicPartition {
  readonly partition: number;
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface TopicDescription {
  readonly topic: string;
  readonly partitions: readonly TopicPartition[];
  /** The settings that matter to durability, as Kafka spells them. */
  readonly config: Readonly<Record<string, string>>;
}

export interface ClusterView {
  readonly clusterId: string;
  readonly brokers: readonly {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
  }[];
  readonly controller: number | null;
}

export interface NewTopic {
  readonly topic: string;
  /** Null: the brokers' own default. */
  readonly partitions: number | null;
  /** Null: the brokers' own default. */
  readonly replicationFactor: number | null;
  readonly config: Readonly<Record<string, string>>;
  /** The brokers of each partition, in the place of the two numbers. */
  readonly assignments?: readonly {
    readonly partition: number;
    readonly replicas: readonly number[];
  }[];
  /** Kafka only says whether it would. */
  readonly validateOnly?: boolean;
}

/** A topic with its partitions, without its settings. */
export interface TopicOverview {
  readonly topic: string;
  readonly partitions: readonly TopicPartition[];
}

export type TopicSettingSource =
  | 'DYNAMIC_TOPIC_CONFIG'
  | 'DYNAMIC_BROKER_CONFIG'
  | 'DYNAMIC_DEFAULT_BROKER_CONFIG'
  | 'STATIC_BROKER_CONFIG'
  | 'DEFAULT_CONFIG'
  | 'UNKNOWN';

/** One setting of a topic, as Kafka spells it. */
export interface TopicSetting {
  readonly name: string;
  /** Null where Kafka does not show it. */
  readonly value: string | null;
  /** Who has set it, in Kafka's words; `DEFAULT_CONFIG`: nobody. */
  readonly source: TopicSettingSource;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
}

/** Decimal strings; offsets are 64 bit. */
export interface PartitionBounds {
  /** The oldest offset that the partition still has. */
  readonly beginning: string;
  /** The offset that the next record will have. */
  readonly end: string;
}

/** What can be asked of the cluster beside producing. Rejects with `KafkaError` within a deadline. */
export abstract class TopicAdmin {
  abstract list(): Promise<readonly string[]>;
  /** @throws KafkaError `unknown_topic`. */
  abstract describe(topic: string): Promise<TopicDescription>;
  /** @throws KafkaError `topic_exists`, or `topic_refused` with Kafka's own reason. */
  abstract create(topic: NewTopic): Promise<void>;
  /** Every topic, sorted by name. */
  abstract overviews(): Promise<readonly TopicOverview[]>;
  /** All settings of the topic, sorted by name. @throws KafkaError `unknown_topic`. */
  abstract settings(topic: string): Promise<readonly TopicSetting[]>;
  /** @throws KafkaError `unknown_topic`, `invalid_partition`. */
  abstract bounds(topic: string, partition: number): Promise<PartitionBounds>;
  /** Resolves when the brokers do not know the topic any more. @throws KafkaError `unknown_topic`. */
  abstract delete(topic: string): Promise<void>;
  /** @param count of all partitions, old and new. @throws KafkaError `unknown_topic`, `topic_refused`. */
  abstract addPartitions(topic: string, count: number): Promise<void>;
  abstract cluster(): Promise<ClusterView>;

  /**
   * The partition count from the cache, without waiting: `0` when the cluster is known not to have the topic,
   * `null` when nothing is known (never asked, or Kafka out of reach). Starts a refresh behind the scenes when stale.
   * @param maxAgeMs what is older counts as not known; absent: any age that the cache keeps.
   */
  abstract cachedPartitions(topic: string, maxAgeMs?: number): number | null;

  /**
   * As `cachedPartitions`, but asks the cluster when the cache says nothing, and goes by what is older than `maxAgeMs`
   * when there is no answer within `withinMs` of the moment when the cluster was asked. Never rejects.
   */
  abstract lookupPartitions(
    topic: string,
    withinMs: number,
    maxAgeMs?: number,
  ): Promise<number | null>;

  /** `topic_not_authorized` where that is why nothing is known of the topic's partitions, else null. */
  abstract refusalOf(topic: string): KafkaError | null;

  /** The topic's max.message.bytes from the cache, or null when it is not known. */
  abstract cachedMaxBytes(topic: string): number | null;

  /** Forgets what is cached of the topic, after an error that contradicts it. */
  abstract forget(topic: string): void;

  /** Whether the cluster answered lately (a probe runs every few seconds). In memory. */
  abstract reachable(): boolean;
  abstract close(): Promise<void>;
}
