import type { SqlRunner, SqlValue } from '../engine.js';
import { nameOf } from '../record.js';
import { partsOf, type Additions, type PreparedRecord, type Staged } from '../staged.js';

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
/** A kept statement holds the values of its last use, so a big part must not be made of big rows. */
const PART_BYTES = 1024 * 1024;

/** Adds the rows, each with its payload, by few statements of many rows; the database gives the ids. */
export async function addRows(sql: SqlRunner, additions: Additions): Promise<void> {
  for (const { staged, now } of partsOf(additions, PART_BYTES, LARGEST)) {
    await addPart(sql, staged, now);
  }
}

/** One statement for both tables, since each costs a way to the server and back. */
async function addPart(sql: SqlRunner, staged: readonly Staged[], now: number): Promise<void> {
  const rows = staged.map(({ prepared }) => [
    ...valuesOf(prepared, now),
    prepared.stored.bytes,
    prepared.stored.keyId,
  ]);
  const size = sizeFor(staged.length);
  // The order in which RETURNING gives its rows is not defined, so the message id and its tenant tell which is which.
  const byName = new Map(staged.map((one) => [nameOf(one.prepared.record), one]));
  for (const row of await sql.query(addBoth(size), filled(rows, size))) {
    const one = byName.get(
      nameOf({ messageId: row['message_id'] as string, tenant: row['tenant'] as string }),
    );
    if (one !== undefined) one.id = row['id'] as number;
  }
}

function sizeFor(rows: number): number {
  return SIZES.find((size) => size >= rows) ?? LARGEST;
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

/** So many rows of placeholders, each with its type. */
function places(size: number, types: readonly string[]): string {
  const row = (n: number): string =>
    `(${types.map((type, column) => `$${n * types.length + column + 1}::${type}`).join(', ')})`;
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
