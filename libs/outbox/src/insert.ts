import type { SqlValue } from './engine.js';
import { nameOf, type NewRecord } from './record.js';
import type { SealedValue } from './values/value-cipher.js';
import type { Transaction } from './transaction.js';

/** A record made ready before it waits for the writer. */
export interface PreparedRecord {
  readonly record: NewRecord;
  readonly headers: Buffer;
  /** The value as it is stored. */
  readonly stored: SealedValue;
  /** Bytes of key, value and headers. */
  readonly bytes: number;
  readonly lane: number;
}

/** A row to be: known by its message id before it has an id. */
export interface Staged {
  readonly prepared: PreparedRecord;
  id: number;
}

/** In the order of `valuesOf`, with the types that PostgreSQL cannot tell inside a WITH. */
const COLUMNS = {
  message_id: 'varchar',
  tenant: 'varchar',
  request_hash: 'bytea',
  topic: 'varchar',
  delivery: 'varchar',
  lane: 'smallint',
  requested_partition: 'integer',
  kafka_partition: 'integer',
  timestamp: 'bigint',
  created_at: 'bigint',
  bytes: 'integer',
  key: 'bytea',
  headers: 'bytea',
  transaction_id: 'varchar',
  transaction_size: 'integer',
} as const;
const NAMES = Object.keys(COLUMNS)
  .map((name) => `"${name}"`)
  .join(', ');
const TYPES = Object.values(COLUMNS);

/** Few sizes, so that each statement is parsed once and kept; what is left of one is filled with empty rows. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128] as const;
const LARGEST = 128;
/** A kept statement holds the values of its last use, so a big chunk must not be made of big rows. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Adds the rows, each with its payload, by few statements of many rows.
 * @param firstId of as many ids that the rows get one after the other; null: the database gives them.
 */
export async function insert(
  tx: Transaction,
  staged: readonly Staged[],
  firstId: number | null,
): Promise<void> {
  if (firstId !== null) {
    for (const [position, one] of staged.entries()) one.id = firstId + position;
  }
  const store = firstId === null ? storeAtOnce : storeInTwo;
  for (let at = 0; at < staged.length;) {
    const chunk = chunkFrom(staged, at);
    at += chunk.length;
    await store(tx, chunk);
  }
}

function chunkFrom(staged: readonly Staged[], at: number): readonly Staged[] {
  let bytes = 0;
  let end = at;
  while (end < staged.length && end - at < LARGEST) {
    bytes += staged[end]?.prepared.bytes ?? 0;
    if (end > at && bytes > CHUNK_BYTES) break;
    end++;
  }
  return staged.slice(at, end);
}

function sizeFor(rows: number): number {
  return SIZES.find((size) => size >= rows) ?? LARGEST;
}

/** One statement for both tables, since each costs a way to the server and back. */
async function storeAtOnce(tx: Transaction, chunk: readonly Staged[]): Promise<void> {
  const rows = chunk.map(({ prepared }) => [
    ...valuesOf(prepared, tx.now),
    prepared.stored.bytes,
    prepared.stored.keyId,
  ]);
  const size = sizeFor(chunk.length);
  // The order in which RETURNING gives its rows is not defined, so the message id and its tenant tell which is which.
  const byName = new Map(chunk.map((one) => [nameOf(one.prepared.record), one]));
  for (const row of await tx.query(addBoth(size), filled(rows, size))) {
    const one = byName.get(
      nameOf({ messageId: row['message_id'] as string, tenant: row['tenant'] as string }),
    );
    if (one !== undefined) one.id = row['id'] as number;
  }
}

async function storeInTwo(tx: Transaction, chunk: readonly Staged[]): Promise<void> {
  const size = sizeFor(chunk.length);
  const records = chunk.map(({ id, prepared }) => [id, ...valuesOf(prepared, tx.now)]);
  await tx.query(addRecords(size), filled(records, size));
  const payloads = chunk.map(({ id, prepared: { stored } }) => [id, stored.bytes, stored.keyId]);
  await tx.query(addPayloads(size), filled(payloads, size));
}

/** The values of all rows, and of empty ones up to the size. */
function filled(rows: readonly (readonly SqlValue[])[], size: number): readonly SqlValue[] {
  const values = rows.flat();
  const width = rows[0]?.length ?? 0;
  return values.concat(Array<SqlValue>((size - rows.length) * width).fill(null));
}

/** For one of `SIZES` the text is the same as the last time, or it would have to be put together for every chunk. */
function memo(of: (size: number) => string): (size: number) => string {
  const made = new Map<number, string>();
  return (size) => {
    const known = made.get(size) ?? of(size);
    made.set(size, known);
    return known;
  };
}

/** The sequence is asked by name: both tables need the id, and it grows in the order of the rows. */
const addBoth = memo(
  (size) =>
    "WITH added AS (SELECT nextval('record_id_seq') AS id, given.* FROM" +
    ` (VALUES ${places(size, [...TYPES, 'bytea', 'varchar'])}) AS given (${NAMES}, "value", key_id)` +
    ' WHERE message_id IS NOT NULL),' +
    ' kept AS (INSERT INTO payload (record_id, "value", key_id) SELECT id, "value", key_id FROM added' +
    ` WHERE "value" IS NOT NULL) INSERT INTO record (id, ${NAMES}) SELECT id, ${NAMES} FROM added` +
    ' RETURNING id, message_id, tenant',
);
const addRecords = memo((size) => {
  const rows = places(
    size,
    ['id', ...TYPES].map(() => null),
  );
  return `INSERT INTO record (id, ${NAMES}) SELECT * FROM (VALUES ${rows}) WHERE column1 IS NOT NULL`;
});
const addPayloads = memo(
  (size) =>
    'INSERT INTO payload (record_id, "value", key_id) SELECT column1, column2, column3 FROM' +
    ` (VALUES ${places(size, [null, null, null])}) WHERE column2 IS NOT NULL`,
);

/** So many rows of placeholders. */
function places(size: number, types: readonly (string | null)[]): string {
  const place = (n: number, type: string | null): string =>
    type === null ? `$${n}` : `$${n}::${type}`;
  const row = (n: number): string =>
    `(${types.map((type, column) => place(n * types.length + column + 1, type)).join(', ')})`;
  return Array.from({ length: size }, (_, n) => row(n)).join(', ');
}

function valuesOf({ record, headers, bytes, lane }: PreparedRecord, now: number): SqlValue[] {
  return [
    record.messageId,
    record.tenant,
    record.requestHash,
    record.topic,
    record.delivery,
    lane,
    record.requestedPartition,
    record.partition,
    record.timestamp ?? now,
    now,
    bytes,
    record.key,
    headers,
    record.transaction?.id ?? null,
    record.transaction?.size ?? null,
  ];
}
