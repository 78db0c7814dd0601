import { auditCopier, closeAudit } from './recovered-audit.js';
import { ValueCipher, type ValueKeys } from '../values/value-cipher.js';
import { forgetHead } from '../audit/append.js';
import { SqlError, type SqlRunner, type SqlValue, type Writer } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { setReconcileMark } from '../reconcile-mark.js';
import { columnsOf, highestOf, rowsOf, type SourceRow } from './recovery-source.js';
import { isDamage } from './inspect-sqlite.js';
import { judge, type FoundPayload, type Judgement, type Trust } from './judge.js';
import type { LostRange } from './salvage.js';

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
  /** Records that can be read while their payloads cannot. */
  readonly withoutPayload: readonly LeftOut[];
  /** Records that the index of message ids still names although they cannot be read; null when it is damaged, too. */
  readonly unreadable: readonly LeftOut[] | null;
}

interface FillOptions {
  readonly trust: Trust;
  readonly outboxId: string | null;
  readonly valueKeys?: ValueKeys;
  readonly onProgress: (table: string, rows: number) => void;
}

const TABLES = [
  'meta',
  'pipeline',
  'counter',
  'audit',
  'settled_id',
  'attempt',
  'payload',
  'subject',
  'record',
] as const;
const ROWS_A_COMMIT = 1_000;
const REASON = 'was recovered from a damaged database';

/** Fills a new database with what can be read of the damaged one. @throws OutboxError `storage_corrupt`. */
export async function fill(
  target: Writer,
  source: SqlRunner,
  options: FillOptions,
): Promise<Filled> {
  const left: Record<Exclude<Judgement, 'whole'>, LeftOut[]> = {
    distrusted: [],
    'without payload': [],
  };
  const tables: RecoveredTable[] = [];
  // That of the damaged one is taken over, or none.
  await forgetHead(target);
  const lostOf = (name: string) => tables.find(({ table }) => table === name)?.lost ?? [];
  const { valueKeys } = options;
  const cipher = valueKeys === undefined ? null : new ValueCipher(valueKeys);
  const believed = async (row: SourceRow): Promise<boolean> => {
    const payload = await payloadOf(target, row.rowid, lostOf('payload'));
    const judgement = judge(row, payload, options.trust, cipher);
    if (judgement === 'whole') return true;
    left[judgement].push({ id: row.rowid, messageId: String(row['message_id']) });
    return false;
  };
  for (const table of TABLES) {
    const accept = table === 'record' ? believed : async () => true;
    const onRows = (rows: number): void => options.onProgress(table, rows);
    const chained = table === 'audit' ? auditCopier() : (row: SourceRow) => row;
    tables.push(await copyTable(target, source, table, { accept, chained, onRows }));
    // Without its name nothing is to be recovered for: said before the long work begins.
    if (table === 'meta') await nameIt(target, options.outboxId);
  }
  const records = tables.find(({ table }) => table === 'record');
  if (records?.salvaged === 0 && records.lost.length > 0 && tables.every(isLost)) {
    throw new OutboxError('storage_corrupt', 'Nothing of the damaged database can be read.');
  }
  await finish(target, source);
  await closeAudit(target, lostOf('audit'), await highestOf(source, 'audit'));
  return {
    tables,
    distrusted: left.distrusted,
    withoutPayload: left['without payload'],
    unreadable: await namesOf(source, lostOf('record')),
  };
}

/** The payloads are taken over before the records that they belong to. */
async function payloadOf(
  target: Writer,
  id: number,
  lost: readonly LostRange[],
): Promise<FoundPayload> {
  const [row] = await target.query('SELECT "value", key_id FROM payload WHERE record_id = $1', [
    id,
  ]);
  const value = (row?.['value'] ?? null) as Buffer | null;
  const keyId = (row?.['key_id'] ?? null) as string | null;
  return { value, keyId, damaged: lost.some(({ from, to }) => from <= id && id <= to) };
}

function isLost({ table, salvaged }: RecoveredTable): boolean {
  return table === 'meta' || salvaged === 0;
}

interface Copying {
  readonly accept: (row: SourceRow) => Promise<boolean>;
  readonly chained: (row: SourceRow) => SourceRow;
  readonly onRows: (rows: number) => void;
}

async function copyTable(
  target: Writer,
  source: SqlRunner,
  table: string,
  { accept, chained, onRows }: Copying,
): Promise<RecoveredTable> {
  const columns = await columnsOf(target, table);
  const sources = await columnsOf(source, table);
  // A version before this one has no such table.
  if (sources.length === 0) return { table, salvaged: 0, lost: [] };
  const places = columns.map((_, at) => `$${at + 1}`).join(', ');
  const names = columns.map((name) => `"${name}"`).join(', ');
  // The new database has a row of `meta` of its own: when it was opened.
  const twice = table === 'meta' ? ' ON CONFLICT DO NOTHING' : '';
  const insert = `INSERT INTO "${table}" (${names}) VALUES (${places})${twice}`;
  const lost: LostRange[] = [];
  let salvaged = 0;
  let open = 0;
  await target.begin();
  for await (const piece of rowsOf(
    source,
    table,
    columns.filter((name) => sources.includes(name)),
  )) {
    if ('lost' in piece) {
      lost.push(piece.lost);
      continue;
    }
    for (const row of piece.rows) {
      if (!(await accept(row))) continue;
      if (await put(target, insert, columns, chained(row))) salvaged += 1;
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
      columns.map((name) => (row[name] ?? null) as SqlValue),
    );
    return true;
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'operation') return false;
    throw error;
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

/**
 * Ids are never used again, also not those of lost records; payloads of which nothing else is left are not kept; the
 * count of sent records is taken anew.
 */
async function finish(target: Writer, source: SqlRunner): Promise<void> {
  await target.begin();
  await target.query('DELETE FROM payload WHERE record_id NOT IN (SELECT id FROM record)');
  for (const table of ['record', 'attempt', 'audit']) {
    const highest = await highestOf(source, table);
    if (highest >= Number.MAX_SAFE_INTEGER) continue;
    await target.query('DELETE FROM sqlite_sequence WHERE name = $1', [table]);
    await target.query('INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)', [table, highest]);
  }
  await target.query(
    'INSERT INTO counter (name, "value") SELECT \'rows_sent\', COUNT(*) FROM record' +
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
      'SELECT id, message_id FROM record INDEXED BY ux_record_message_id WHERE EXISTS' +
        " (SELECT 1 FROM json_each($1) AS r WHERE +record.id BETWEEN json_extract(r.value, '$[0]')" +
        " AND json_extract(r.value, '$[1]')) ORDER BY message_id",
      [JSON.stringify(lost.map(({ from, to }) => [from, to]))],
    );
    return rows.map((row) => ({ id: row['id'] as number, messageId: row['message_id'] as string }));
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
