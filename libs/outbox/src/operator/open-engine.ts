import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Engine } from '../engine.js';
import type { OutboxOptions } from '../open-outbox.js';
import { OutboxError } from '../outbox.error.js';
import { openPostgres } from '../postgres/open-postgres.js';
import { openSqlite } from '../sqlite/open-sqlite.js';

/** The file of an SQLite URL; null for PostgreSQL. */
export function sqliteFileOf(url: string): string | null {
  return url.startsWith('sqlite:') ? resolve(url.slice('sqlite:'.length)) : null;
}

/** The file with no link on its way. @throws OutboxError `not_found`. */
export async function existingFile(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    throw new OutboxError('not_found', `There is no outbox at ${file}.`, { cause: error });
  }
}

/**
 * Opens an outbox that exists, for somebody who changes it while no bridge runs.
 * @throws OutboxError as `openOutbox`, and `not_found`.
 */
export async function openEngine({ url, ballastBytes }: OutboxOptions): Promise<Engine> {
  const file = sqliteFileOf(url);
  if (file === null) return openPostgres(url, 'alone');
  return openSqlite(await existingFile(file), ballastBytes, () => undefined);
}
