import { copyFile, open, readFile, rm } from 'node:fs/promises';
import type { Row, SqlRunner } from '../engine.js';
import { exists } from '../sqlite/file-system.js';
import type { SqliteConnection } from '../sqlite/sqlite-connection.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { isDamage } from './inspect-sqlite.js';
import { salvage, type LostRange } from './salvage.js';

const FIRST_PAGE_BYTES = 4096;
/** Where SQLite's header says how many pages there are; wrong once the page is another file's. */
const FREELIST_AT = 32;
const VERSION_VALID_FOR_AT = 92;

export interface SourceRow extends Row {
  readonly rowid: number;
}

/** A damaged database, opened for reading only. */
export interface RecoverySource {
  readonly connection: SqliteConnection;
  /** Whether its first page could not be read and that of a new database stands in for it. */
  readonly newFirstPage: boolean;
  close(): Promise<void>;
}

/**
 * @param scratch where a copy of the database goes if its first page is gone; the database itself is never written.
 * @param empty an outbox without records, as this version makes it: its first page tells where each table begins.
 */
export async function openSource(
  path: string,
  scratch: string,
  empty: string,
): Promise<RecoverySource> {
  const connection = await openToRead(path);
  if (await hasTables(connection)) {
    return { connection, newFirstPage: false, close: () => connection.close() };
  }
  await connection.close();
  await copyWithFirstPage(path, scratch, empty);
  const patched = await openToRead(scratch);
  return {
    connection: patched,
    newFirstPage: true,
    close: async () => {
      await patched.close();
      for (const suffix of ['', '-wal', '-shm']) await rm(scratch + suffix, { force: true });
    },
  };
}

async function hasTables(sql: SqlRunner): Promise<boolean> {
  try {
    return (await sql.query("SELECT 1 FROM sqlite_master WHERE name = 'record'")).length > 0;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

async function copyWithFirstPage(path: string, scratch: string, empty: string): Promise<void> {
  await copyFile(path, scratch);
  if (await exists(`${path}-wal`)) await copyFile(`${path}-wal`, `${scratch}-wal`);
  const page = (await readFile(empty)).subarray(0, FIRST_PAGE_BYTES);
  page.fill(0, FREELIST_AT, FREELIST_AT + 8);
  // With this number wrong SQLite goes by the size of the file.
  page.writeUInt32BE((page.readUInt32BE(VERSION_VALID_FOR_AT) + 1) >>> 0, VERSION_VALID_FOR_AT);
  const file = await open(scratch, 'r+');
  try {
    await file.write(page, 0, page.length, 0);
  } finally {
    await file.close();
  }
}

/** The columns of a table, as its database says. */
export async function columnsOf(sql: SqlRunner, table: string): Promise<readonly string[]> {
  const rows = await sql.query(`SELECT name FROM pragma_table_info('${table}')`);
  return rows.map((row) => row['name'] as string);
}

/** Every row of a table that can be read, and the ids that cannot. */
export async function* rowsOf(
  sql: SqlRunner,
  table: string,
  columns: readonly string[],
): AsyncGenerator<{ readonly rows: readonly SourceRow[] } | { readonly lost: LostRange }> {
  // Offsets have 64 bits; the column's own affinity makes a number of the text again.
  const selected = columns.map((name) =>
    name === 'kafka_offset' ? 'CAST("kafka_offset" AS TEXT) AS "kafka_offset"' : `"${name}"`,
  );
  const read = (from: number, to: number, limit: number): Promise<readonly SourceRow[]> =>
    sql.query(
      `SELECT rowid AS "rowid", ${selected.join(', ')} FROM "${table}" NOT INDEXED` +
        ' WHERE rowid BETWEEN $1 AND $2 ORDER BY rowid LIMIT $3',
      [from, to, limit],
    ) as Promise<readonly SourceRow[]>;
  const [lowest, highest] = [await lowestOf(sql, table), await highestOf(sql, table)];
  yield* salvage<SourceRow>({ read, isDamage }, lowest, highest);
}

/** Where even this cannot be read, ids are looked for up to a bound that no outbox reaches. */
const BEYOND_EVERY_ID = 2 ** 40;

/** The highest id that a table may have. */
export async function highestOf(sql: SqlRunner, table: string): Promise<number> {
  const last = await ask(sql, `SELECT MAX(rowid) AS id FROM "${table}" NOT INDEXED`);
  const given = await ask(
    sql,
    `SELECT MAX(seq) AS id FROM sqlite_sequence WHERE name = '${table}'`,
  );
  const known = [last, given].filter((id) => typeof id === 'number');
  if (known.length > 0) return Math.max(...known);
  return last === 'damage' ? BEYOND_EVERY_ID : 0;
}

/** Ids that were remembered from Kafka are negative. */
async function lowestOf(sql: SqlRunner, table: string): Promise<number> {
  const first = await ask(sql, `SELECT MIN(rowid) AS id FROM "${table}" NOT INDEXED`);
  if (first === 'damage') return table === 'settled_id' ? -BEYOND_EVERY_ID : 0;
  return Math.min(first ?? 0, 0);
}

/** Null is what an empty table answers. */
async function ask(sql: SqlRunner, statement: string): Promise<number | null | 'damage'> {
  try {
    const [row] = await sql.query(statement);
    return (row?.['id'] ?? null) as number | null;
  } catch (error) {
    if (isDamage(error)) return 'damage';
    throw error;
  }
}
