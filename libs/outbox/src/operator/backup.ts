import { open, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Row } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { portError } from '../port-error.js';
import { setReconcileMark } from '../reconcile-mark.js';
import { syncFolder } from '../sqlite/file-system.js';
import { SqliteConnection } from '../sqlite/sqlite-connection.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { damageOf } from './inspect-sqlite.js';
import { existingFile } from './open-engine.js';

export interface Backup {
  readonly file: string;
  readonly bytes: number;
  /** Records in it, sent ones too. */
  readonly rows: number;
}

/**
 * Copies an SQLite outbox while a bridge may run: one consistent moment of it, compact, synced, then opened and
 * checked. The copy carries a mark: whoever starts a bridge on it is told to compare it with Kafka first, since
 * what was sent after this moment looks in it as if it waited.
 * The write-ahead log of a running bridge grows for as long as this takes.
 * @throws OutboxError `not_found`; `storage_unavailable` when the target exists or cannot be written;
 * `storage_corrupt` when the copy does not pass its check (nothing is left behind).
 */
export async function backupSqlite(source: string, target: string): Promise<Backup> {
  const path = await existingFile(source);
  const file = resolve(target);
  await reserve(file);
  try {
    await copy(path, file);
    const rows = await verify(file);
    await syncFolder(dirname(file));
    return { file, bytes: (await stat(file)).size, rows };
  } catch (error) {
    await rm(file, { force: true });
    throw portError(error);
  }
}

/** Makes the file for us alone: it will hold the ERP's records in clear text. Never overwrites one. */
async function reserve(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    const reason = code === 'EEXIST' ? 'exists already; name another file' : 'cannot be written';
    throw new OutboxError('storage_unavailable', `${file} ${reason}.`, { cause: error });
  }
}

async function copy(path: string, file: string): Promise<void> {
  const connection = await openToRead(path);
  try {
    await connection.query('VACUUM INTO $1', [file]);
  } finally {
    await connection.close();
  }
}

async function verify(file: string): Promise<number> {
  const connection = await SqliteConnection.open(file, 'read and write');
  let count: Row | undefined;
  try {
    await setReconcileMark(connection, `is a backup of ${new Date().toISOString()}`);
    const [found] = await damageOf(connection);
    if (found !== undefined) {
      throw new OutboxError('storage_corrupt', `The copy does not pass its check: ${found}.`);
    }
    [count] = await connection.query('SELECT COUNT(*) AS n FROM record');
  } finally {
    await connection.close();
  }
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return count?.['n'] as number;
}
