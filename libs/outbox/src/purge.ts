import { forget } from './dead-letters.js';
import type { PurgeAges } from './outbox.store.js';
import type { RecordState } from './record.js';
import { STATE_COLUMNS, stateOf } from './rows.js';
import type { Transaction } from './transaction.js';

export interface Purged {
  readonly removed: number;
  /** Dead letters that are gone: their keys may go on. */
  readonly deadLetters: readonly RecordState[];
}

/** One slice: sent records, then dead letters, then ids, at most `limit` rows in all. */
export async function purgeSlice(tx: Transaction, ages: PurgeAges, limit: number): Promise<Purged> {
  const sent = await purgeSent(tx, ages.sentBefore, limit);
  const deadLetters = await purgeDeadLetters(tx, ages.deadLettersBefore, limit - sent);
  const ids = await purgeIds(tx, ages.idsBefore, limit - sent - deadLetters.length);
  return { removed: sent + deadLetters.length + ids, deadLetters };
}

async function purgeSent(tx: Transaction, before: number, limit: number): Promise<number> {
  const rows = await tx.query(
    "SELECT id FROM outbox WHERE status = 'sent' AND sent_at < $1 ORDER BY sent_at LIMIT $2",
    [before, limit],
  );
  await forget(
    tx,
    rows.map((row) => row['id'] as number),
    'sent_at',
  );
  tx.countRows('sent', -rows.length);
  return rows.length;
}

async function purgeDeadLetters(
  tx: Transaction,
  before: number,
  limit: number,
): Promise<readonly RecordState[]> {
  if (limit <= 0) return [];
  const rows = await tx.query(
    `SELECT ${STATE_COLUMNS} FROM outbox WHERE status = 'dlq' AND failed_at < $1` +
      ' ORDER BY failed_at LIMIT $2',
    [before, limit],
  );
  await forget(
    tx,
    rows.map((row) => row['id'] as number),
    'failed_at',
  );
  tx.countRows('dlq', -rows.length);
  return rows.map((row) => stateOf(row, true));
}

async function purgeIds(tx: Transaction, before: number, limit: number): Promise<number> {
  if (limit <= 0) return 0;
  const rows = await tx.query(
    'DELETE FROM settled_id WHERE record_id IN (SELECT record_id FROM settled_id' +
      ' WHERE settled_at < $1 ORDER BY settled_at LIMIT $2) RETURNING record_id',
    [before, limit],
  );
  return rows.length;
}
