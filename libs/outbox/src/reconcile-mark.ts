import type { SqlRunner } from './engine.js';

const NAME = 'needs_reconcile';

/**
 * A mark in the table `meta`: this database may be behind what was sent from it, and the ledger alone cannot
 * be relied on to show it. While it is there the relay sends nothing; `reconcile` takes it away.
 */
export async function readReconcileMark(sql: SqlRunner): Promise<string | null> {
  const [row] = await sql.query('SELECT "value" FROM meta WHERE name = $1', [NAME]);
  return (row?.['value'] ?? null) as string | null;
}

/** @param reason a half sentence after "the outbox …". The first reason stays. */
export async function setReconcileMark(sql: SqlRunner, reason: string): Promise<void> {
  await sql.query(
    'INSERT INTO meta (name, "value") VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [NAME, reason],
  );
}

export async function clearReconcileMark(sql: SqlRunner): Promise<void> {
  await sql.query('DELETE FROM meta WHERE name = $1', [NAME]);
}
