import type { NotedChanges } from '../outbox.store.js';
import type { Transaction } from '../transaction.js';
import { appendAudit, lockHead } from './append.js';

/** What was noted last stands in `meta` and is read behind the lock of the head, so that of several instances one notes. */
export async function noteChanges(
  tx: Transaction,
  name: string,
  changes: (noted: string | null) => NotedChanges,
): Promise<void> {
  await lockHead(tx);
  const key = `audited_${name}`;
  const [row] = await tx.query('SELECT "value" FROM meta WHERE name = $1', [key]);
  const before = (row?.['value'] ?? null) as string | null;
  const { entries, noted } = changes(before);
  if (noted === before || noted === null) return;
  await tx.query(
    'INSERT INTO meta (name, "value") VALUES ($1, $2)' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
    [key, noted],
  );
  await appendAudit(tx, tx.now, entries);
}
