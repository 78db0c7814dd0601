import type { Transaction } from './transaction.js';

/*
 * Where instances share an outbox, the records of a transaction may be in lanes of several of them. One sends the
 * whole transaction; the others note in the table `arrived` which of its records nothing of their key comes before,
 * and keep these keys until it is settled.
 */

/** Records that are settled by now are left out. */
export async function noteArrived(tx: Transaction, ids: readonly number[]): Promise<void> {
  await tx.query(
    "INSERT INTO arrived (record_id) SELECT id FROM record WHERE status IN ('pending', 'failed')" +
      ` AND id ${tx.dialect.among('$1', 'bigint')} ON CONFLICT (record_id) DO NOTHING`,
    [JSON.stringify(ids)],
  );
  // Whoever sends the transaction looks for what is new.
  tx.news.noteAccepted(ids);
}

/** They are sent, or gone. A dead letter may be replayed before the instance that keeps its key has seen it dead. */
export async function forgetArrived(tx: Transaction, ids: readonly number[]): Promise<void> {
  if (!tx.dialect.isShared) return;
  await tx.query(`DELETE FROM arrived WHERE record_id ${tx.dialect.among('$1', 'bigint')}`, [
    JSON.stringify(ids),
  ]);
}
