import { appendAudit } from '../audit/append.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { SqlRunner } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { portError } from '../port-error.js';
import { KeptLog } from '../sqlite/kept-log.js';
import { SqliteConnection } from '../sqlite/sqlite-connection.js';
import { onPostgres } from './inspect-postgres.js';
import { existingFile, sqliteFileOf } from './open-engine.js';

/**
 * Asks something, and adds to the audit that it was asked, before the answer is given; also beside a running bridge. The
 * database is asked before its lock is taken, which a bridge then waits for no longer than one commit takes.
 * @param entry made of the answer.
 * @throws OutboxError `not_found`; `storage_unavailable`, `storage_full` also where the audit cannot be written: then there
 * is no answer.
 */
export async function askedAndNoted<T>(
  url: string,
  ask: (sql: SqlRunner) => Promise<T>,
  entry: (answer: T) => AuditEntry,
): Promise<T> {
  const file = sqliteFileOf(url);
  try {
    if (file === null) return await onPostgres(url, (sql) => run(sql, 'BEGIN READ WRITE'));
    return await onSqlite(await existingFile(file), (sql) => run(sql, 'BEGIN IMMEDIATE'));
  } catch (error) {
    throw portError(error);
  }

  async function run(sql: SqlRunner, begin: string): Promise<T> {
    const answer = await ask(sql);
    await sql.query(begin);
    // What fails ends the connection, and with it the transaction.
    await appendAudit(sql, Date.now(), [entry(answer)]);
    await sql.query('COMMIT');
    return answer;
  }
}

async function onSqlite<T>(path: string, work: (sql: SqlRunner) => Promise<T>): Promise<T> {
  await refuseLostLog(path);
  const connection = await SqliteConnection.open(path, 'read and write');
  try {
    // A bridge with much to do leaves short gaps, and SQLite looks for them every 100 ms.
    await connection.pragma('busy_timeout = 30000');
    await connection.pragma('synchronous = FULL');
    // Emptying the log is for the bridge to do, which knows when nobody waits.
    await connection.pragma('wal_autocheckpoint = 0');
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Whoever writes before the log is put back makes it fit the database no more. */
async function refuseLostLog(path: string): Promise<void> {
  const state = await new KeptLog(path).state();
  if (state !== 'deleted' && state !== 'lost') return;
  throw new OutboxError(
    'storage_unavailable',
    `The outbox ${path} has lost its write-ahead log (the file -wal). Restart the bridge, which puts it right.`,
  );
}
