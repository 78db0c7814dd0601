import type { Dialect, SqlRunner } from './engine.js';
import type { Staged } from './staged.js';
import type { Transaction } from './transaction.js';

/** Notes whom the new records are about, by the marks that they came with. */
export async function noteSubjects(
  sql: SqlRunner,
  dialect: Dialect,
  staged: readonly Staged[],
): Promise<void> {
  const pairs = staged.flatMap(({ id, prepared }) =>
    (prepared.record.subjects ?? []).map((mark) => ({ r: id, m: mark })),
  );
  if (pairs.length === 0) return;
  const rows = dialect.rows('$1', { r: 'bigint', m: 'text' });
  await sql.query(`INSERT INTO subject (record_id, mark) SELECT e.r, e.m FROM ${rows}`, [
    JSON.stringify(pairs),
  ]);
}

/** Of records of which nothing is known any more. */
export async function forgetSubjects(tx: Transaction, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(`DELETE FROM subject WHERE record_id ${tx.dialect.among('$1', 'bigint')}`, [
    JSON.stringify(ids),
  ]);
}
