import type { Leases, Tenure } from './leases.js';
import type { News } from './news.js';
import type { StorageHealth } from './outbox.store.js';
import type { CommittedAtOnce, RelayStep } from './relay-step.js';
import type { Additions } from './staged.js';

export type SqlValue = string | number | Buffer | null;

/** A row as the driver gives it: 64-bit integers as numbers, except where the statement casts them to text. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * One connection. Placeholders are `$1`, `$2`, … and must first appear in that order, because node-sqlite3
 * binds an array by position. Rejects with `SqlError`.
 */
export interface SqlRunner {
  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** The connection that the relay reads with. */
export interface PageRunner extends SqlRunner {
  /**
   * The rows of a SELECT of `RECORD_COLUMNS`, by their ids: for many at a time.
   * @param select whose placeholders are as in `query`.
   */
  page(select: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/**
 * What a failed statement says about everything else:
 * - `operation`: this statement is refused; others may go on.
 * - `conflict`: somebody else was faster; the same transaction may succeed now.
 * - `full`: the database cannot grow.
 * - `lost`: the database is out of reach, its connection gone or held by somebody else for too long; the
 *   outcome of an open transaction is unknown.
 * - `fatal`: the database failed for good; nothing that it says can be believed.
 */
export type FailureKind = 'operation' | 'conflict' | 'full' | 'lost' | 'fatal';

export class SqlError extends Error {
  override readonly name = 'SqlError';

  constructor(
    readonly kind: FailureKind,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Where the two engines spell SQL differently. */
export interface Dialect {
  readonly engine: StorageHealth['engine'];
  /** Whether several instances can share one database. */
  readonly isShared: boolean;
  /**
   * A table `e` made of the JSON array of objects in the parameter: one statement for any number of rows.
   * The columns' names are the objects' keys.
   */
  rows(parameter: string, columns: Readonly<Record<string, 'bigint' | 'integer' | 'text'>>): string;
  /** The condition that what stands before it is one of the JSON array in the parameter. */
  among(parameter: string, type: 'bigint' | 'text'): string;
  /** The highest id of a row that is committed, as `id`; rows that are gone may count. */
  readonly lastId: string;
  /** Ends a SELECT of rows that are to be removed: leaves out those that another instance is removing. */
  readonly forRemoval: string;
}

/**
 * A whole transaction as one statement, without a look at what is there: for the usual case that no record is known and
 * every batch is as the relay believes.
 * @returns null when something is not as usual: nothing was changed.
 */
export type CommitAtOnce = (
  additions: Additions,
  steps: readonly RelayStep[],
) => Promise<CommittedAtOnce | null>;

/** The one connection that writes, and its transaction. */
export interface Writer extends SqlRunner {
  /**
   * @param atOneMoment everything is read as of one moment, although others write.
   * @returns whether the connection is new since the last transaction: then what is known in memory is read again.
   */
  begin(atOneMoment?: boolean): Promise<boolean>;
  /**
   * The last change of a transaction, in which nothing of the records was found: adds their rows, and gives them their
   * ids. Until the commit nobody else adds any. So rows are committed in the order of their ids, and whoever has read
   * up to an id has missed none before it.
   */
  add(additions: Additions): Promise<void>;
  /** Null where the database has no such way. */
  readonly atOnce: CommitAtOnce | null;
  commit(): Promise<void>;
  /** Never rejects. */
  rollback(): Promise<void>;
}

/** The leases, as the changes of the relay ask them. */
export interface Guard extends Leases {
  /** @throws OutboxError `lease_lost` when somebody else has the slot by now. */
  check(tx: SqlRunner, tenure: Tenure): Promise<void>;
}

/** How instances of one outbox tell each other what they have committed. */
export interface NewsChannel {
  /** Told when the transaction commits. */
  tell(tx: SqlRunner, news: News): Promise<void>;
  /**
   * @param heard of what another instance has committed.
   * @param missed something may have been told while nobody could listen: also once at the beginning.
   */
  listen(heard: (news: News) => void, missed: () => void): void;
  close(): Promise<void>;
}

/** One database, opened, locked, checked and migrated. */
export interface Engine {
  readonly dialect: Dialect;
  /** Both null where the database has one process. */
  readonly leases: Guard | null;
  readonly news: NewsChannel | null;
  readonly writer: Writer;
  /** Reads of the relay. Sees committed rows only. */
  readonly relayReader: PageRunner;
  /** Reads of people, apart so that a slow page never holds up the relay. */
  readonly askReader: SqlRunner;
  /** What was put right when it was opened, as half a sentence; null as a rule. */
  readonly repaired: string | null;
  /** Counts a record of so many bytes against the disk; false when what is left is kept for the drain. */
  reserve(bytes: number): boolean;
  health(): Promise<StorageHealth>;
  /** Contents were removed: they are to leave what the database has written beside its tables, too. */
  noteRemoved(): void;
  /** `alone` runs a step while the writer rests between two transactions; `idle` says whether nothing waits for it. */
  checkpoint(
    alone: (step: () => Promise<void>) => Promise<void>,
    idle: () => boolean,
  ): Promise<void>;
  tendBallast(): Promise<void>;
  close(): Promise<void>;
}
