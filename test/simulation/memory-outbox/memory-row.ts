import type { DeadLetter, NewRecord, OutboxRecord, RecordState } from '@bridge/outbox';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A row of the table `outbox`: everything that any view of it shows. */
export interface MemoryRow extends Writable<OutboxRecord> {
  readonly requestHash: Buffer;
  readonly bytes: number;
  readonly createdAt: number;
  lastError: string | null;
  nextAt: number | null;
  sentAt: number | null;
  failedAt: number | null;
  publishedAt: number | null;
  offset: string | null;
  /** The batch that it was sent in. */
  batch: string | null;
}

export function newRow(
  id: number,
  record: NewRecord,
  lane: number,
  bytes: number,
  now: number,
): MemoryRow {
  const { messageId, tenant, requestHash, topic, key, value, headers, delivery } = record;
  const { requestedPartition, partition, transaction } = record;
  return {
    id,
    messageId,
    tenant,
    requestHash,
    topic,
    key,
    value,
    headers,
    timestamp: record.timestamp ?? now,
    delivery,
    lane,
    requestedPartition,
    partition,
    status: 'pending',
    attempts: 0,
    lastErrorCode: null,
    replays: 0,
    transaction,
    bytes,
    createdAt: now,
    lastError: null,
    nextAt: null,
    sentAt: null,
    failedAt: null,
    publishedAt: null,
    offset: null,
    batch: null,
  };
}

export function recordOf(row: MemoryRow): OutboxRecord {
  const { id, messageId, tenant, topic, key, value, headers, timestamp, delivery, lane } = row;
  const { requestedPartition, partition, status, attempts, lastErrorCode, replays } = row;
  const { transaction } = row;
  return {
    id,
    messageId,
    tenant,
    topic,
    key,
    value,
    headers,
    timestamp,
    delivery,
    lane,
    requestedPartition,
    partition,
    status,
    attempts,
    lastErrorCode,
    replays,
    transaction,
  };
}

export function deadLetterOf(row: MemoryRow): DeadLetter {
  return {
    ...recordOf(row),
    failedAt: row.failedAt ?? 0,
    lastError: row.lastError ?? '',
    published: row.publishedAt !== null,
  };
}

export function stateOf(row: MemoryRow): RecordState {
  const { id, messageId, tenant, requestHash, topic, key, status, delivery, lastError } = row;
  const { lastErrorCode, createdAt, sentAt, partition, offset, replays, attempts } = row;
  return {
    id,
    messageId,
    tenant,
    requestHash,
    topic,
    key,
    status,
    delivery,
    retryCount: attempts,
    lastError,
    lastErrorCode,
    createdAt,
    sentAt,
    partition,
    offset,
    replays,
    purged: false,
  };
}
