/** The states of a record, stored under the names that operators already query. */
export type RecordStatus = 'pending' | 'failed' | 'sent' | 'dlq';

/** How a record goes to Kafka; fixed when it is accepted. */
export type DeliveryMode = 'exactly-once' | 'at-least-once';

/** One Kafka header. Order is kept, names may repeat, values are bytes. */
export interface RecordHeader {
  readonly name: string;
  readonly value: Buffer;
}

/** Records that a consumer sees all together or not at all: they go to Kafka in one batch, or none does. */
export interface RecordTransaction {
  /** Made of its records' message ids, so that the same records posted again are the same transaction. */
  readonly id: string;
  /** How many records it has. */
  readonly size: number;
}

/** Records of nobody in particular: those of a bridge that has no tenants. */
export const NO_TENANT = '';

/** A record as the edge hands it over: validated, not yet durable. */
export interface NewRecord {
  /** Unique for ever (for the dedupe window): one message id is one record of its tenant. At most 255 characters. */
  readonly messageId: string;
  /** Whose topic it goes to: each tenant has message ids of its own. At most 63 characters. */
  readonly tenant: string;
  /** SHA-256 of what the caller sent; the same id with another hash is refused. 32 bytes. */
  readonly requestHash: Buffer;
  readonly topic: string;
  /** `null`: the record has no key, so it has no order to keep. An empty buffer is a key. */
  readonly key: Buffer | null;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  /** Epoch milliseconds given by the caller; `null` means the time of acceptance. */
  readonly timestamp: number | null;
  readonly delivery: DeliveryMode;
  /** The partition that the caller demands; `null` leaves the choice to the partitioner. */
  readonly requestedPartition: number | null;
  /** The partition chosen at the edge while the topic's partition count is known, else `null`. */
  readonly partition: number | null;
  readonly transaction: RecordTransaction | null;
  /** Marks of those whom it is about, each once, at most 32 characters: it is found by them. None where absent. */
  readonly subjects?: readonly string[];
}

/** A durable record that waits for Kafka, with everything that its delivery needs. */
export interface OutboxRecord {
  readonly id: number;
  readonly messageId: string;
  readonly tenant: string;
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly delivery: DeliveryMode;
  readonly lane: number;
  readonly requestedPartition: number | null;
  /** Chosen once and stored: at acceptance, or by the first `openBatch` that holds the record. */
  readonly partition: number | null;
  readonly status: RecordStatus;
  /** Tries in which Kafka refused this record (never the cluster's own trouble). */
  readonly attempts: number;
  readonly lastErrorCode: string | null;
  readonly replays: number;
  readonly transaction: RecordTransaction | null;
}

/** What is known of a record by its message id, without its value. Times are epoch milliseconds. */
export interface RecordState {
  readonly id: number;
  readonly messageId: string;
  readonly tenant: string;
  readonly requestHash: Buffer;
  readonly topic: string;
  readonly key: Buffer | null;
  readonly status: RecordStatus;
  readonly delivery: DeliveryMode;
  readonly retryCount: number;
  readonly lastError: string | null;
  readonly lastErrorCode: string | null;
  readonly createdAt: number;
  readonly sentAt: number | null;
  readonly partition: number | null;
  /** Kafka's offset as a decimal string, `null` until it is known. */
  readonly offset: string | null;
  readonly replays: number;
  /** True when retention has removed the record and only its id, hash and place are left. */
  readonly purged: boolean;
}

/** One refused try. */
export interface Attempt {
  readonly number: number;
  readonly at: number;
  readonly code: string;
  readonly error: string;
}

/** Where Kafka wrote a record. */
export interface Acknowledgement {
  readonly id: number;
  readonly partition: number;
  /** Decimal string; offsets are 64 bit. */
  readonly offset: string;
}

/** What no two records share. A tenant has no blanks, so no two names are spelled the same. */
export function nameOf({ messageId, tenant }: Pick<NewRecord, 'messageId' | 'tenant'>): string {
  return `${tenant} ${messageId}`;
}
