import type { SqlRunner } from '../engine.js';

const NAMED = 100;

/**
 * Records whose payload is gone, as half sentences, at most 100. The database itself may be whole: rows of two tables
 * that belong together are for us to count, and a record that lost its value must not be taken for a tombstone.
 */
export async function lostPayloads(sql: SqlRunner): Promise<readonly string[]> {
  const rows = await sql.query(
    'SELECT id, message_id FROM record WHERE bytes > COALESCE(length("key"), 0) + length(headers)' +
      ' AND NOT EXISTS (SELECT 1 FROM payload WHERE payload.record_id = record.id)' +
      ` ORDER BY id LIMIT ${NAMED}`,
  );
  return rows.map(
    (row) => `the payload of ${String(row['message_id'])} (id ${String(row['id'])}) is gone`,
  );
}

/** Payloads that belong to no record: they are never sent, and never removed. */
export async function orphanPayloads(sql: SqlRunner): Promise<number> {
  const [row] = await sql.query(
    'SELECT COUNT(*) AS n FROM payload WHERE NOT EXISTS' +
      ' (SELECT 1 FROM record WHERE record.id = payload.record_id)',
  );
  return Number(row?.['n'] ?? 0);
}
