import type { PipelineState } from '../outbox.store.js';
import { portError } from '../port-error.js';
import type { OutboxOptions } from '../open-outbox.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { inspectPostgres, onPostgres } from './inspect-postgres.js';
import { inspectSqlite } from './inspect-sqlite.js';
import type { Inspection } from './inspection.js';
import { existingFile, sqliteFileOf } from './open-engine.js';
import { readPipelines } from './read-facts.js';

/** An outbox to be looked at; the size of its ballast is counted as taken, also while it is given back. */
export type InspectedOutbox = Pick<OutboxOptions, 'url' | 'ballastBytes'>;

/**
 * Looks at an outbox, also beside a running bridge: reads only.
 * @throws OutboxError `not_found`, `storage_unavailable`; `storage_corrupt` when not even its tables can be read.
 */
export async function inspectOutbox(outbox: InspectedOutbox): Promise<Inspection> {
  const { url, ballastBytes } = outbox;
  const file = sqliteFileOf(url);
  try {
    return file === null ? await inspectPostgres(url) : await inspectSqlite(file, ballastBytes);
  } catch (error) {
    throw portError(error);
  }
}

/** The pipelines alone, as they are at this moment. @throws OutboxError as `inspectOutbox`. */
export async function inspectPipelines(url: string): Promise<readonly PipelineState[]> {
  const file = sqliteFileOf(url);
  try {
    if (file === null) return await onPostgres(url, readPipelines);
    const connection = await openToRead(await existingFile(file));
    try {
      return await readPipelines(connection);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw portError(error);
  }
}
