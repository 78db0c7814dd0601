import type { PipelineState } from '../outbox.store.js';
import { portError } from '../port-error.js';
import type { OutboxOptions } from '../open-outbox.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { inspectPostgres, onPostgres } from './inspect-postgres.js';
import { inspectSqlite } from './inspect-sqlite.js';
import { existingFile, sqliteFileOf } from './open-engine.js';
import { readPipelines } from './read-facts.js';
import type { Unsettled } from './reconcile-reads.js';

/** What can be said of an outbox without changing it. Times are epoch milliseconds. */
export interface Inspection {
  readonly engine: 'sqlite' | 'postgres';
  /** The file, or the server's name and its database. */
  readonly where: string;
  /** Whether a bridge has it open now. */
  readonly running: boolean;
  /** What SQLite's `integrity_check` has found, at most 100 lines; empty when it is whole. */
  readonly damage: readonly string[];
  /** Settings with which the database cannot keep the promise; empty when it can. */
  readonly unsafe: readonly string[];
  /** Null where the database is new, or was damaged. */
  readonly outboxId: string | null;
  readonly needsReconcile: string | null;
  /** Records by status, and those of which only the id is left. */
  readonly rows: Readonly<Record<'pending' | 'failed' | 'sent' | 'dlq' | 'purged', number>>;
  readonly unsettled: Unsettled;
  readonly pipelines: readonly PipelineState[];
  /** Of the outbox's disk; null where the server is elsewhere. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
}

export type Facts = Pick<
  Inspection,
  'outboxId' | 'needsReconcile' | 'rows' | 'unsettled' | 'pipelines'
>;

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
