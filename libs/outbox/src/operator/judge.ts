import { decodeHeaders } from '../headers.js';
import { laneOf } from '../lane.js';
import { NO_TENANT, type RecordHeader } from '../record.js';
import { valueBytes } from '../rows.js';
import { SEAL_BYTES, type ValueCipher } from '../values/value-cipher.js';
import type { SourceRow } from './recovery-source.js';

/** What of a stored record says whether it is still what was posted. */
export interface StoredContent {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  readonly timestamp: number;
  readonly requestedPartition: number | null;
  readonly requestHash: Buffer;
}

export type Trust = (content: StoredContent) => boolean;

/** What was found of a record's payload; `damaged`: it may have stood where nothing can be read. */
export interface FoundPayload {
  /** As it is stored. */
  readonly value: Buffer | null;
  /** The key that it is encrypted with; null: none. */
  readonly keyId: string | null;
  readonly damaged: boolean;
}

export type Judgement = 'whole' | 'distrusted' | 'without payload';

const STATUSES: ReadonlySet<unknown> = new Set(['pending', 'failed', 'sent', 'dlq']);

/**
 * Whether a record that could be read is what was posted. SQLite has no checksums: a byte that was turned over is only
 * seen by what the record says of itself. Nor does it know that a record belongs to a payload: without it the record
 * would go to Kafka as a tombstone.
 */
export function judge(
  row: SourceRow,
  stored: FoundPayload,
  trust: Trust,
  cipher: ValueCipher | null = null,
): Judgement {
  try {
    const payload = opened(row, stored, cipher);
    const bytes = valueBytes(row);
    if (payload.value === null && bytes > 0) return 'without payload';
    const length = (payload.value?.length ?? 0) - (payload.keyId === null ? 0 : SEAL_BYTES);
    if (length !== bytes || !fits(row)) return 'distrusted';
    // Without its key nobody can say more of it.
    if (payload.keyId !== null) return 'whole';
    // A replay to another topic keeps the hash of the first one.
    if (row['replays'] === 0) return trust(contentOf(row, payload.value)) ? 'whole' : 'distrusted';
    // An empty value that is lost looks as a tombstone does.
    return payload.value === null && payload.damaged ? 'without payload' : 'whole';
  } catch {
    // A column of another type than it ever had.
    return 'distrusted';
  }
}

/** As it was posted, where its key is there. @throws OutboxError `storage_corrupt`. */
function opened(row: SourceRow, stored: FoundPayload, cipher: ValueCipher | null): FoundPayload {
  const { value, keyId } = stored;
  if (value === null || keyId === null || cipher?.has(keyId) !== true) return stored;
  // A database of before there were tenants has no such column.
  const tenant = (row['tenant'] ?? NO_TENANT) as string;
  const record = { tenant, messageId: String(row['message_id']) };
  return { ...stored, value: cipher.open(record, keyId, value), keyId: null };
}

/** Whether its columns fit each other. */
function fits(row: SourceRow): boolean {
  const messageId = row['message_id'] as string;
  const headers = decodeHeaders(row['headers'] as Buffer);
  const named = headers.find(({ name }) => name === 'message-id');
  if (!STATUSES.has(row['status'])) return false;
  if (named !== undefined && named.value.toString() !== messageId) return false;
  return row['lane'] === laneOf(row['topic'] as string, row['key'] as Buffer | null, messageId);
}

function contentOf(row: SourceRow, value: Buffer | null): StoredContent {
  return {
    topic: row['topic'] as string,
    key: row['key'] as Buffer | null,
    value,
    headers: decodeHeaders(row['headers'] as Buffer),
    timestamp: row['timestamp'] as number,
    requestedPartition: row['requested_partition'] as number | null,
    requestHash: row['request_hash'] as Buffer,
  };
}
