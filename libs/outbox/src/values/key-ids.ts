import type { SqlRunner } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import type { ValueCipher } from './value-cipher.js';

const NAME = 'value_keys';

/**
 * Before anything is delivered: whether every key is there that a record needs which is not sent yet. The ids of all keys that
 * were ever used stand in `meta`, so that the records are looked at only where one of them is missing.
 * @throws OutboxError `values_key_missing`.
 */
export async function checkValueKeys(sql: SqlRunner, cipher: ValueCipher | null): Promise<void> {
  const [row] = await sql.query('SELECT "value" FROM meta WHERE name = $1', [NAME]);
  const used = row === undefined ? [] : (JSON.parse(row['value'] as string) as readonly string[]);
  const missing = used.filter((id) => cipher?.has(id) !== true);
  for (const id of missing) await refuseIfNeeded(sql, id);
  if (cipher === null || used.includes(cipher.activeId)) return;
  await sql.query(
    'INSERT INTO meta (name, "value") VALUES ($1, $2)' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
    [NAME, JSON.stringify([...used, cipher.activeId])],
  );
}

async function refuseIfNeeded(sql: SqlRunner, keyId: string): Promise<void> {
  const ofStatus = (status: string): string =>
    `SELECT id FROM record WHERE status = '${status}' AND EXISTS` +
    ' (SELECT 1 FROM payload WHERE payload.record_id = record.id AND payload.key_id = $1)';
  for (const status of ['pending', 'failed', 'dlq']) {
    const rows = await sql.query(`${ofStatus(status)} LIMIT 1`, [keyId]);
    if (rows.length === 0) continue;
    throw new OutboxError(
      'values_key_missing',
      `Records that are not sent yet need the key ${keyId}, which VALUES_KEY_PATH does not have.` +
        ' Put it back into the file; nothing is delivered or lost meanwhile.',
    );
  }
}
