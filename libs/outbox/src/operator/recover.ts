import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OutboxError } from '../outbox.error.js';
import { portError } from '../port-error.js';
import { exists, syncFolder } from '../sqlite/file-system.js';
import { openSqlite } from '../sqlite/open-sqlite.js';
import { ProcessLock } from '../sqlite/process-lock.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { damageIn } from './inspect-sqlite.js';
import { existingFile } from './open-engine.js';
import type { Trust } from './judge.js';
import { fill, type Filled } from './recovery-target.js';
import type { ValueKeys } from '../values/value-cipher.js';
import { openSource } from './recovery-source.js';

export interface RecoverOptions {
  /** Whether a record's content is what was posted: its stored hash decides. */
  readonly trust: Trust;
  /** The outbox's own name, for a database that has lost it; it stands in the name of its group in Kafka. */
  readonly outboxId: string | null;
  /** With which encrypted values can be held against what was posted. */
  readonly valueKeys?: ValueKeys;
  readonly onProgress: (table: string, rows: number) => void;
}

export interface Recovered extends Filled {
  /** Where the damaged files are now, untouched. */
  readonly damagedFolder: string;
  /** What was wrong, as SQLite says. */
  readonly damage: readonly string[];
}

const SIDE_FILES = ['', '-wal', '-shm', '.lock', '.log'];

/**
 * Makes a new SQLite outbox of everything that can be read of a damaged one, and puts it in its place. The
 * damaged files are moved aside and never written. The new one carries the mark that keeps the relay from
 * sending before it was compared with Kafka: which of the lost pages were newer than others, nobody can tell.
 * @returns null when the database is not damaged; nothing was changed then.
 * @throws OutboxError `storage_locked` while a bridge has it; `not_found`; `storage_corrupt` when nothing of it
 * can be read or its own name is lost and was not given. Then nothing was changed.
 */
export async function recoverSqlite(
  source: string,
  options: RecoverOptions,
): Promise<Recovered | null> {
  const path = await existingFile(source);
  const lock = await ProcessLock.take(path);
  const made = `${path}.recovered`;
  try {
    const damage = await damageAt(path);
    if (damage.length === 0) return null;
    await removeAll(made);
    const filled = await salvageInto(made, path, options);
    const damagedFolder = await swap(path, made);
    return { ...filled, damagedFolder, damage };
  } catch (error) {
    throw portError(error);
  } finally {
    await removeAll(made);
    await lock.release();
  }
}

async function damageAt(path: string): Promise<readonly string[]> {
  const connection = await openToRead(path);
  try {
    return await damageIn(connection);
  } finally {
    await connection.close();
  }
}

async function salvageInto(made: string, path: string, options: RecoverOptions): Promise<Filled> {
  // Opened and closed once: its first page is then in the file, should the damaged one have lost its own.
  await (await openSqlite(made, 0, () => undefined)).close();
  const source = await openSource(path, `${made}.source`, made);
  try {
    const engine = await openSqlite(made, 0, () => undefined);
    try {
      const filled = await fill(engine.writer, source.connection, options);
      const [wrong] = await damageIn(engine.writer);
      if (wrong === undefined) return filled;
      throw new OutboxError(
        'storage_corrupt',
        `The new database does not pass its check: ${wrong}`,
      );
    } finally {
      await engine.close();
    }
  } finally {
    await source.close();
  }
}

/**
 * The new database takes the place of the damaged one. Should this process be killed between two of these steps,
 * the damaged database is still there, or, without its log, in the folder; a log never stands beside a database
 * that is not its own, since SQLite would write it into that.
 */
async function swap(path: string, made: string): Promise<string> {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
  const folder = `${path}.damaged-${stamp}`;
  await mkdir(folder, { mode: 0o700 });
  for (const suffix of ['', '-wal', '-shm', '.log']) {
    const aside = join(folder, basename(path) + suffix);
    if (await exists(path + suffix)) await keep(path + suffix, aside);
  }
  await syncFolder(folder);
  for (const suffix of ['-wal', '-shm', '.log']) await rm(path + suffix, { force: true });
  await rename(made, path);
  await syncFolder(dirname(path));
  return folder;
}

/** By a second name where the file system has them, so that a big file needs no room twice. */
async function keep(file: string, aside: string): Promise<void> {
  await link(file, aside).catch(() => copyFile(file, aside));
}

async function removeAll(made: string): Promise<void> {
  for (const suffix of SIDE_FILES) await rm(made + suffix, { force: true });
}
