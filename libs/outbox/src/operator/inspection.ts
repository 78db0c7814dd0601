import type { PipelineState } from '../outbox.store.js';
import type { Unsettled } from './reconcile-reads.js';

/** What can be said of an outbox without changing it. Times are epoch milliseconds. */
export interface Inspection {
  readonly engine: 'sqlite' | 'postgres';
  /** The file, or the server's name and its database. */
  readonly where: string;
  /** Whether a bridge has it open now. */
  readonly running: boolean;
  /** What SQLite's `integrity_check` has found, or else which payloads are gone, at most 100 lines; empty when it is whole. */
  readonly damage: readonly string[];
  /** Settings with which the database cannot keep the promise; empty when it can. */
  readonly unsafe: readonly string[];
  /** Null where the database is new, or was damaged. */
  readonly outboxId: string | null;
  readonly needsReconcile: string | null;
  /** Records by status, and those of which only the id is left. */
  readonly rows: Readonly<Record<'pending' | 'failed' | 'sent' | 'dlq' | 'purged', number>>;
  readonly unsettled: Unsettled;
  /** Payloads that belong to no record. */
  readonly orphanPayloads: number;
  readonly pipelines: readonly PipelineState[];
  /** Of the outbox's disk; null where the server is elsewhere. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
}

export type Facts = Pick<
  Inspection,
  'outboxId' | 'needsReconcile' | 'rows' | 'unsettled' | 'orphanPayloads' | 'pipelines'
>;
