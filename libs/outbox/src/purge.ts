import { forget } from './dead-letters.js';
import type { Row } from './engine.js';
import type { PurgeAges } from './outbox.store.js';
import type { Expired } from './retention-walk.js';
import type { RecordState } from './record.js';
import { STATE_COLUMNS, stateOf } from './rows.js';
import { forgetSubjects } from './subjects.js';
import type { Transaction } from './transaction.js';

export interface Purged {
  readonly removed: number;
  /** Dead letters that are gone: their keys may go on. */
  readonly deadLetters: readonly RecordState[];
}

/**
 * Bytes of sent records in a slice, and of dead letters, unless one alone has more. What is deleted is overwritten, and so needs its own size
 * in SQLite's log: on a nearly full disk a larger slice would have no room, and the disk would stay full.
 */
export const SLICE_BYTES = 2 * 1024 * 1024;

/** One slice: sent records, then dead letters, then ids, at most `limit` rows in all. */
export async function purgeSlice(tx: Transaction, ages: PurgeAges, limit: number): Promise<Purged> {
  const sent = await purgeSent(tx, ages.sentBefore, limit);
  const deadLetters = await purgeDeadLetters(tx, ages.deadLettersBefore, limit - sent);
  const ids = await purgeIds(tx, ages.idsBefore, limit - sent - deadLetters.length);
  return { removed: sent + deadLetters.length + ids, deadLetters };
}

/**
 * Spelled so that PostgreSQL does not see that the index of all sent (or dead) records would fit: it would look for the
 * ids there, from its beginning to its end.
 */
const ONLY = {
  sent: "status NOT IN ('pending', 'failed', 'dlq')",
  dlq: "status NOT IN ('pending', 'failed', 'sent')",
} as const;

/** What was found to be past the age of its topic, as far as it is still as it was found; then ids, up to `limit`. */
export async function purgeExpired(
  tx: Transaction,
  { sent, deadLetters: dead, buriedBy }: Expired,
  ages: PurgeAges,
  limit: number,
): Promise<Purged> {
  const among = `id ${tx.dialect.among('$1', 'bigint')}`;
  const sentRows = await tx.query(
    `SELECT id FROM record WHERE ${among} AND ${ONLY.sent}${tx.dialect.forRemoval}`,
    [JSON.stringify(sent)],
  );
  await forget(tx, idsOf(sentRows), 'sent_at');
  tx.countRows('sent', -sentRows.length);
  const deadRows = await tx.query(
    `SELECT ${STATE_COLUMNS} FROM record WHERE ${among} AND ${ONLY.dlq} AND failed_at <= $2` +
      tx.dialect.forRemoval,
    [JSON.stringify(dead), buriedBy],
  );
  await forget(tx, idsOf(deadRows), 'failed_at');
  tx.countRows('dlq', -deadRows.length);
  const deadLetters = deadRows.map((row) => stateOf(row, true));
  const removed = sentRows.length + deadLetters.length;
  const ids = await purgeIds(tx, ages.idsBefore, limit - removed);
  return { removed: removed + ids, deadLetters };
}

async function purgeSent(tx: Transaction, before: number, limit: number): Promise<number> {
  const rows = await tx.query(
    "SELECT id, bytes FROM record WHERE status = 'sent' AND sent_at < $1 ORDER BY sent_at LIMIT $2" +
      tx.dialect.forRemoval,
    [before, limit],
  );
  const slice = inSlice(rows);
  await forget(tx, idsOf(slice), 'sent_at');
  tx.countRows('sent', -slice.length);
  return slice.length;
}

async function purgeDeadLetters(
  tx: Transaction,
  before: number,
  limit: number,
): Promise<readonly RecordState[]> {
  if (limit <= 0) return [];
  const rows = await tx.query(
    `SELECT ${STATE_COLUMNS}, bytes FROM record WHERE status = 'dlq' AND failed_at < $1` +
      ` ORDER BY failed_at LIMIT $2${tx.dialect.forRemoval}`,
    [before, limit],
  );
  const slice = inSlice(rows);
  await forget(tx, idsOf(slice), 'failed_at');
  tx.countRows('dlq', -slice.length);
  return slice.map((row) => stateOf(row, true));
}

const idsOf = (rows: readonly Row[]): readonly number[] => rows.map((row) => row['id'] as number);

function inSlice(rows: readonly Row[]): readonly Row[] {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += row['bytes'] as number) > SLICE_BYTES);
  return end < 0 ? rows : rows.slice(0, Math.max(end, 1));
}

async function purgeIds(tx: Transaction, before: number, limit: number): Promise<number> {
  if (limit <= 0) return 0;
  const rows = await tx.query(
    'DELETE FROM settled_id WHERE record_id IN (SELECT record_id FROM settled_id' +
      ` WHERE settled_at < $1 ORDER BY settled_at LIMIT $2${tx.dialect.forRemoval}) RETURNING record_id`,
    [before, limit],
  );
  await forgetSubjects(
    tx,
    rows.map((row) => row['record_id'] as number),
  );
  return rows.length;
}
