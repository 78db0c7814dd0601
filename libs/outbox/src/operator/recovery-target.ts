import { SqlError, type SqlRunner, type SqlValue, type Writer } from '../engine.js';
import { decodeHeaders } from '../headers.js';
import { laneOf } from '../lane.js';
import { OutboxError } from '../outbox.error.js';
import { setReconcileMark } from '../reconcile-mark.js';
import type { RecordHeader } from '../record.js';
import { columnsOf, highestOf, rowsOf, type SourceRow } from './recovery-source.js';
import { isDamage } from './inspect-sqlite.js';
import type { LostRange } from './salvage.js';

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

export interface RecoveredTable {
  readonly table: string;
  readonly salvaged: number;
  readonly lost: readonly LostRange[];
}

export interface LeftOut {
  readonly id: number;
  readonly messageId: string;
}

export interface Filled {
  readonly tables: readonly RecoveredTable[];
  /** Records that can be read but are not what was posted: their bytes do not fit their hash, or each other. */
  readonly distrusted: readonly LeftOut[];
  /** Records that the index of message ids still names although they cannot be read; null when it is damaged, too. */
  readonly unreadable: readonly LeftOut[] | null;
}

interface FillOptions {
  readonly trust: Trust;
  readonly outboxId: string | null;
  readonly onProgress: (table: string, rows: number) => void;
}

const TABLES = ['meta', 'pipeline', 'counter', 'audit', 'settled_id', 'attempt', 'outbox'] as const;
const ROWS_A_COMMIT = 1_000;
const STATUSES: ReadonlySet<unknown> = new Set(['pending', 'failed', 'sent', 'dlq']);
const REASON = 'was recovered from a damaged database';

/** Fills a new database with what can be read of the damaged one. @throws OutboxError `storage_corrupt`. */
export async function fill(
  target: Writer,
  source: SqlRunner,
  options: FillOptions,
): Promise<Filled> {
  const distrusted: LeftOut[] = [];
  const trusted = (row: SourceRow): boolean => {
    if (isWhole(row, options.trust)) return true;
    distrusted.push({ id: row.rowid, messageId: String(row['message_id']) });
    return false;
  };
  const tables: RecoveredTable[] = [];
  for (const table of TABLES) {
    const accept = table === 'outbox' ? trusted : () => true;
    const onRows = (rows: number): void => options.onProgress(table, rows);
    tables.push(await copyTable(target, source, table, accept, onRows));
    // Without its name nothing is to be recovered for: said before the long work begins.
    if (table === 'meta') await nameIt(target, options.outboxId);
  }
  const records = tables.find(({ table }) => table === 'outbox');
  if (records?.salvaged === 0 && records.lost.length > 0 && tables.every(isLost)) {
    throw new OutboxError('storage_corrupt', 'Nothing of the damaged database can be read.');
  }
  await finish(target, source);
  return { tables, distrusted, unreadable: await namesOf(source, records?.lost ?? []) };
}

function isLost({ table, salvaged }: RecoveredTable): boolean {
  return table === 'meta' || salvaged === 0;
}

async function copyTable(
  target: Writer,
  source: SqlRunner,
  table: string,
  accept: (row: SourceRow) => boolean,
  onRows: (rows: number) => void,
): Promise<RecoveredTable> {
  const columns = await columnsOf(target, table);
  const places = columns.map((_, at) => `$${at + 1}`).join(', ');
  const names = columns.map((name) => `"${name}"`).join(', ');
  // The new database has a row of `meta` of its own: when it was opened.
  const twice = table === 'meta' ? ' ON CONFLICT DO NOTHING' : '';
  const insert = `INSERT INTO "${table}" (${names}) VALUES (${places})${twice}`;
  const lost: LostRange[] = [];
  let salvaged = 0;
  let open = 0;
  await target.begin();
  for await (const piece of rowsOf(source, table, columns)) {
    if ('lost' in piece) {
      lost.push(piece.lost);
      continue;
    }
    for (const row of piece.rows) {
      if (!accept(row)) continue;
      if (await put(target, insert, columns, row)) salvaged += 1;
      else lost.push({ from: row.rowid, to: row.rowid });
    }
    open += piece.rows.length;
    if (open < ROWS_A_COMMIT) continue;
    await target.commit();
    await target.begin();
    open = 0;
    onRows(salvaged);
  }
  await target.commit();
  return { table, salvaged, lost };
}

/** False for a row that the table's own rules refuse: it is not what it was. */
async function put(
  target: Writer,
  insert: string,
  columns: readonly string[],
  row: SourceRow,
): Promise<boolean> {
  try {
    await target.query(
      insert,
      columns.map((name) => row[name] as SqlValue),
    );
    return true;
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'operation') return false;
    throw error;
  }
}

/** SQLite has no checksums: a byte that was turned over is only seen by what the record says of itself. */
function isWhole(row: SourceRow, trust: Trust): boolean {
  try {
    const key = row['key'] as Buffer | null;
    const topic = row['topic'] as string;
    const messageId = row['message_id'] as string;
    const headers = decodeHeaders(row['headers'] as Buffer);
    const named = headers.find(({ name }) => name === 'message-id');
    if (!STATUSES.has(row['status'])) return false;
    if (named !== undefined && named.value.toString() !== messageId) return false;
    if (row['lane'] !== laneOf(topic, key, messageId)) return false;
    // A replay to another topic keeps the hash of the first one.
    if (row['replays'] !== 0) return true;
    return trust({
      topic,
      key,
      value: row['value'] as Buffer | null,
      headers,
      timestamp: row['timestamp'] as number,
      requestedPartition: row['requested_partition'] as number | null,
      requestHash: row['request_hash'] as Buffer,
    });
  } catch {
    // A column of another type than it ever had.
    return false;
  }
}

async function nameIt(target: Writer, given: string | null): Promise<void> {
  const [known] = await target.query('SELECT "value" FROM meta WHERE name = \'outbox_id\'');
  if (known === undefined && given === null) {
    throw new OutboxError(
      'storage_corrupt',
      'The damaged database has lost its own name, without which its ledger in Kafka cannot be found. ' +
        'It stands in the name of the group ponte-<name>-ledger: give it with --outbox-id.',
    );
  }
  if (known === undefined) {
    await target.query('INSERT INTO meta (name, "value") VALUES (\'outbox_id\', $1)', [given]);
  }
  await setReconcileMark(target, REASON);
}

/** Ids are never used again, also not those of lost records; the count of sent records is taken anew. */
async function finish(target: Writer, source: SqlRunner): Promise<void> {
  await target.begin();
  for (const table of ['outbox', 'attempt', 'audit']) {
    const highest = await highestOf(source, table);
    if (highest >= Number.MAX_SAFE_INTEGER) continue;
    await target.query('DELETE FROM sqlite_sequence WHERE name = $1', [table]);
    await target.query('INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)', [table, highest]);
  }
  await target.query(
    'INSERT INTO counter (name, "value") SELECT \'rows_sent\', COUNT(*) FROM outbox' +
      ' WHERE status = \'sent\' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
  );
  await target.commit();
}

/** The message ids of what was lost, where their index can still be read. It is told, never relied on. */
async function namesOf(
  source: SqlRunner,
  lost: readonly LostRange[],
): Promise<readonly LeftOut[] | null> {
  if (lost.length === 0) return [];
  try {
    // The plus keeps SQLite from looking the rows up by their ids, which is what cannot be done.
    const rows = await source.query(
      'SELECT id, message_id FROM outbox INDEXED BY ux_outbox_message_id WHERE EXISTS' +
        " (SELECT 1 FROM json_each($1) AS r WHERE +outbox.id BETWEEN json_extract(r.value, '$[0]')" +
        " AND json_extract(r.value, '$[1]')) ORDER BY message_id",
      [JSON.stringify(lost.map(({ from, to }) => [from, to]))],
    );
    return rows.map((row) => ({ id: row['id'] as number, messageId: row['message_id'] as string }));
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
