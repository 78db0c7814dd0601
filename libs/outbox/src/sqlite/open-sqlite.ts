import { mkdir, open, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { SqlError } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { setReconcileMark } from '../reconcile-mark.js';
import { sqliteDataSource } from '../schema/schema.js';
import { Ballast } from './ballast.js';
import { networkFileSystem, spareOf, syncFolder } from './file-system.js';
import { openToRead } from './open-to-read.js';
import { ProcessLock } from './process-lock.js';
import { KeptLog } from './kept-log.js';
import { saysCorrupt, SqliteConnection } from './sqlite-connection.js';
import { SqliteRelayReader } from './relay-reader.js';
import { SqliteEngine } from './sqlite.engine.js';
import { SqliteWriter } from './sqlite-writer.js';

/** 3.51.3 mends a corruption of the write-ahead log at its reset (3.52.0, which the driver bundles, has it too). */
const OLDEST_VERSION = [3, 51, 3] as const;
/** `PRAGMA synchronous` = FULL: each commit is on the disk before it is answered. */
const SYNCHRONOUS_FULL = 2;
/** The start-up check reads the whole file; above this it would keep a restarted bridge from accepting for too long. */
const CHECK_UP_TO_BYTES = 1024 * 1024 * 1024;
const WAL_KEPT_BYTES = 64 * 1024 * 1024;
const LOG_IS_LOST = 'has lost its write-ahead log (the file -wal) and was written to after that';

/** @throws OutboxError `storage_locked`, `storage_unsafe`, `storage_corrupt`, `storage_unavailable`. */
export async function openSqlite(
  file: string,
  ballastBytes: number,
  onFatal: (error: SqlError) => void,
): Promise<SqliteEngine> {
  const path = await preparedPath(file);
  await refuseNetworkFileSystem(path);
  const lock = await ProcessLock.take(path);
  const log = new KeptLog(path);
  const opened: SqliteConnection[] = [];
  try {
    const logWas = await log.state();
    if (logWas === 'deleted') await log.putBack();
    await check(path);
    const connect = async (mode: 'read only' | 'read and write'): Promise<SqliteConnection> => {
      const connection = await SqliteConnection.open(path, mode, onFatal);
      opened.push(connection);
      return connection;
    };
    const writer = await connect('read and write');
    await configure(writer);
    await migrate(path);
    const synchronous = await proveSynchronous(writer);
    if (logWas === 'lost') await setReconcileMark(writer, LOG_IS_LOST);
    await log.keep();
    const ballast = new Ballast(`${path}.ballast`, ballastBytes, async () => {
      return (await spareOf(path)).freeBytes;
    });
    await ballast.tend();
    const keeper = await connect('read and write');
    await configure(keeper);
    // A reader that holds the log back costs a checkpoint a short wait and not a stalled writer.
    await keeper.pragma('busy_timeout = 50');
    // It copies pages from file to file and looks at none of them.
    await keeper.pragma('cache_size = -1024');
    return new SqliteEngine({
      path,
      lock,
      log,
      logWas,
      ballast,
      synchronous,
      keeper,
      writer: await SqliteWriter.on(writer),
      relayReader: new SqliteRelayReader(await connect('read only')),
      askReader: await connect('read only'),
    });
  } catch (error) {
    await Promise.allSettled(opened.map((connection) => connection.close()));
    await lock.release();
    throw openError(error, path);
  }
}

/** The file with no link on its way (a lock must not be passed by another name), in a folder for us alone. */
async function preparedPath(file: string): Promise<string> {
  const wanted = resolve(file);
  try {
    await mkdir(dirname(wanted), { recursive: true, mode: 0o700 });
    // SQLite gives its own side files the mode of the database.
    await (await open(wanted, 'a', 0o600)).close();
    // The file's name must outlive a power cut as its content does.
    await syncFolder(dirname(wanted));
    await syncFolder(dirname(dirname(wanted)));
    return await realpath(wanted);
  } catch (error) {
    const where = join(dirname(wanted), basename(wanted));
    throw new OutboxError('storage_unavailable', `The outbox ${where} cannot be made.`, {
      cause: error,
    });
  }
}

async function refuseNetworkFileSystem(path: string): Promise<void> {
  const network = networkFileSystem((await statfs(dirname(path))).type);
  if (network === null) return;
  throw new OutboxError(
    'storage_unsafe',
    `The outbox ${path} is on ${network}, where SQLite cannot keep its promise. Use a local disk.`,
  );
}

async function configure(connection: SqliteConnection): Promise<void> {
  const [version] = await connection.query('SELECT sqlite_version() AS version');
  refuseOldVersion(version?.['version'] as string);
  await connection.pragma('busy_timeout = 5000');
  // Before the first table, or it has no effect: freed pages can then be given back to the disk in small steps.
  await connection.pragma('auto_vacuum = INCREMENTAL');
  const mode = await connection.pragma('journal_mode = WAL');
  if (mode !== 'wal') throw unsafe(`journal_mode is ${String(mode)} and not wal`);
  await connection.pragma('synchronous = FULL');
  // A checkpoint inside a commit would make a POST wait for it; `checkpoint()` does it aside.
  await connection.pragma('wal_autocheckpoint = 0');
  await connection.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
  // What retention removes is overwritten, so that personal data leave the file. Against OFF accepting takes as long,
  // settling 1.02 times, removing 1.3 times as long (measured, 10,000 records of 700 bytes); FAST leaves freed pages.
  await connection.pragma('secure_delete = ON');
  await connection.pragma('temp_store = MEMORY');
  await connection.pragma('cache_size = -32768');
}

/** @throws OutboxError `storage_unsafe`. Exported for its test. */
export function refuseOldVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [position, oldest] of OLDEST_VERSION.entries()) {
    const part = parts[position] ?? 0;
    if (part > oldest) return;
    if (part < oldest) throw unsafe(`SQLite ${version} is older than ${OLDEST_VERSION.join('.')}`);
  }
}

/** On a connection that cannot write: a damaged database is left as it is. */
async function check(path: string): Promise<void> {
  if ((await stat(path)).size > CHECK_UP_TO_BYTES) return;
  const reader = await openToRead(path);
  try {
    const verdict = await reader.pragma('quick_check(1)');
    if (verdict !== 'ok') throw corrupt(path, new Error(String(verdict)));
  } finally {
    await reader.close();
  }
}

async function migrate(path: string): Promise<void> {
  const source = new DataSource(sqliteDataSource(path));
  await source.initialize();
  try {
    await source.runMigrations({ transaction: 'all' });
  } finally {
    await source.destroy();
  }
}

/** Reads the setting back after a write: a driver may change it silently at the first one (measured with another). */
async function proveSynchronous(writer: SqliteConnection): Promise<'FULL'> {
  await writer.query(
    'INSERT INTO meta (name, "value") VALUES (\'opened_at\', $1)' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
    [new Date().toISOString()],
  );
  const synchronous = await writer.pragma('synchronous');
  if (synchronous !== SYNCHRONOUS_FULL) {
    throw unsafe(`synchronous reads ${String(synchronous)} after a write and not FULL`);
  }
  return 'FULL';
}

function unsafe(reason: string): OutboxError {
  return new OutboxError('storage_unsafe', `SQLite cannot keep the promise: ${reason}.`);
}

function corrupt(path: string, cause: unknown): OutboxError {
  return new OutboxError(
    'storage_corrupt',
    `The outbox ${path} is damaged. Keep it, and run: npm run outbox -- recover`,
    { cause },
  );
}

function openError(error: unknown, path: string): unknown {
  if (error instanceof OutboxError) return error;
  if (error instanceof SqlError && saysCorrupt(error)) return corrupt(path, error);
  if (error instanceof SqlError && error.kind === 'full') {
    return new OutboxError('storage_full', 'The disk of the outbox is full.', { cause: error });
  }
  return new OutboxError('storage_unavailable', `The outbox ${path} cannot be opened.`, {
    cause: error,
  });
}
