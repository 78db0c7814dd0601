import type { Row } from './engine.js';
import { decodeHeaders } from './headers.js';
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

/** What `recordOf` reads. */
export const RECORD_COLUMNS =
  'id, message_id, topic, delivery, lane, requested_partition, kafka_partition, status, retry_count, ' +
  'last_error_code, replays, "timestamp", "key", headers, "value", transaction_id, transaction_size';

/** What `deadLetterOf` reads. */
export const DEAD_LETTER_COLUMNS = `${RECORD_COLUMNS}, failed_at, last_error, published_at`;

/** What `stateOf` reads of a row of the outbox. */
export const STATE_COLUMNS =
  'id, message_id, request_hash, topic, status, delivery, retry_count, last_error, last_error_code, ' +
  `created_at, sent_at, kafka_partition, ${OFFSET}, replays, "key"`;

/** The same columns of a record that retention or a discard has removed. */
export const SETTLED_STATE_COLUMNS =
  'record_id AS id, message_id, request_hash, topic, status, delivery, retry_count, NULL AS last_error, ' +
  `last_error_code, created_at, sent_at, kafka_partition, ${OFFSET}, replays, NULL AS "key"`;

export function recordOf(row: Row): OutboxRecord {
  return {
    id: row['id'] as number,
    messageId: row['message_id'] as string,
    topic: row['topic'] as string,
    key: row['key'] as Buffer | null,
    value: row['value'] as Buffer | null,
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
