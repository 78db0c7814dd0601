import type { Row } from './engine.js';
import { decodeHeaders } from './headers.js';
import { OutboxError } from './outbox.error.js';
import { keyMissing } from './values/value-cipher.js';
import type { DeadLetter } from './outbox.store.js';
import type {
  Attempt,
  DeliveryMode,
  OutboxRecord,
  RecordState,
  RecordStatus,
  RecordTransaction,
} from './record.js';

const OFFSET = 'CAST(kafka_offset AS TEXT) AS kafka_offset';

const OWN_SCALARS = [
  'id',
  'message_id',
  'tenant',
  'topic',
  'delivery',
  'lane',
  'requested_partition',
  'kafka_partition',
  'status',
  'retry_count',
  'last_error_code',
  'replays',
  'timestamp',
  'bytes',
  'transaction_id',
  'transaction_size',
] as const;

/** What `RECORD_COLUMNS` gives as text or a number. */
export const RECORD_SCALARS = [...OWN_SCALARS, 'value_key'] as const;
/** What it gives as bytes. */
export const RECORD_BYTES = ['key', 'headers', 'value'] as const;

/** What `recordOf` reads of the table `record`, which goes by its own name. */
export const RECORD_COLUMNS =
  `${OWN_SCALARS.map((name) => `"${name}"`).join(', ')}, "key", headers, ` +
  '(SELECT payload."value" FROM payload WHERE payload.record_id = record.id) AS "value", ' +
  '(SELECT payload.key_id FROM payload WHERE payload.record_id = record.id) AS value_key';

/** What `deadLetterOf` reads. */
export const DEAD_LETTER_COLUMNS = `${RECORD_COLUMNS}, failed_at, last_error, published_at`;

/** What `stateOf` reads of the table `record`. */
export const STATE_COLUMNS =
  'id, message_id, tenant, request_hash, topic, status, delivery, retry_count, last_error, last_error_code, ' +
  `created_at, sent_at, kafka_partition, ${OFFSET}, replays, "key"`;

/** The same columns of a record that retention or a discard has removed. */
export const SETTLED_STATE_COLUMNS =
  'record_id AS id, message_id, tenant, request_hash, topic, status, delivery, retry_count, NULL AS last_error, ' +
  `last_error_code, created_at, sent_at, kafka_partition, ${OFFSET}, replays, NULL AS "key"`;

/**
 * A record whose payload is gone must not go to Kafka as a tombstone, which takes the key's other records with it.
 * Nor may one that is encrypted go as it is: who has its key has opened it before (`values/opening-engine.ts`).
 * @throws OutboxError `storage_corrupt`, `values_key_missing`.
 */
export function recordOf(row: Row): OutboxRecord {
  const messageId = row['message_id'] as string;
  const value = row['value'] as Buffer | null;
  if (value === null && valueBytes(row) > 0) {
    throw new OutboxError('storage_corrupt', `The payload of the record ${messageId} is gone.`, {
      messageId,
    });
  }
  const keyId = row['value_key'];
  if (typeof keyId === 'string') throw keyMissing(messageId, keyId);
  return {
    id: row['id'] as number,
    messageId,
    tenant: row['tenant'] as string,
    topic: row['topic'] as string,
    key: row['key'] as Buffer | null,
    value,
    headers: decodeHeaders(row['headers'] as Buffer),
    timestamp: row['timestamp'] as number,
    delivery: row['delivery'] as DeliveryMode,
    lane: row['lane'] as number,
    requestedPartition: row['requested_partition'] as number | null,
    partition: row['kafka_partition'] as number | null,
    status: row['status'] as RecordStatus,
    attempts: row['retry_count'] as number,
    lastErrorCode: row['last_error_code'] as string | null,
    replays: row['replays'] as number,
    transaction: transactionOf(row),
  };
}

/** How long the value of a stored record is; a tombstone has 0, as an empty value has. */
export function valueBytes(row: Row): number {
  const key = row['key'] as Buffer | null;
  return (row['bytes'] as number) - (key?.length ?? 0) - (row['headers'] as Buffer).length;
}

function transactionOf(row: Row): RecordTransaction | null {
  const id = row['transaction_id'] as string | null;
  return id === null ? null : { id, size: row['transaction_size'] as number };
}

export function deadLetterOf(row: Row): DeadLetter {
  return {
    ...recordOf(row),
    failedAt: row['failed_at'] as number,
    lastError: row['last_error'] as string,
    published: row['published_at'] !== null,
  };
}

export function stateOf(row: Row, purged: boolean): RecordState {
  return {
    id: row['id'] as number,
    messageId: row['message_id'] as string,
    tenant: row['tenant'] as string,
    requestHash: row['request_hash'] as Buffer,
    topic: row['topic'] as string,
    key: row['key'] as Buffer | null,
    status: row['status'] as RecordStatus,
    delivery: row['delivery'] as DeliveryMode,
    retryCount: row['retry_count'] as number,
    lastError: row['last_error'] as string | null,
    lastErrorCode: row['last_error_code'] as string | null,
    createdAt: row['created_at'] as number,
    sentAt: row['sent_at'] as number | null,
    partition: row['kafka_partition'] as number | null,
    offset: row['kafka_offset'] as string | null,
    replays: row['replays'] as number,
    purged,
  };
}

export function attemptOf(row: Row): Attempt {
  return {
    number: row['number'] as number,
    at: row['at'] as number,
    code: row['code'] as string,
    error: row['error'] as string,
  };
}
