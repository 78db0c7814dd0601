import type { AuditEntry } from './audit/audit-entry.js';
import type { AuditHead } from './audit/chain.js';
import type { Leases, Share } from './leases.js';
import type { IdRange } from './news.js';
import type {
  Acknowledgement,
  Attempt,
  DeliveryMode,
  NewRecord,
  OutboxRecord,
  RecordState,
  RecordStatus,
} from './record.js';

/*
 * The life of a record. Each arrow is one method of OutboxStore; nothing else changes a record's state.
 *
 *  accept ─▶ pending ──openBatch──▶ (in a batch) ──closeBatch──▶ sent ──purge──▶ (gone; id and hash stay
 *               ▲                        │                                        for the dedupe window)
 *               │                        ├──reschedule──▶ failed ──due──▶ (in a batch)
 *               │                        └──bury──▶ dlq ──replay──▶ pending
 *               │                                    └──discard──▶ (gone, audited)
 *               └── abandonBatch (recovery: the batch was not committed)
 *
 * "In a batch" is not a status of the row: the open batch of a pipeline is a list of row ids in the
 * pipeline's own row, written before Kafka hears of the batch. A record is therefore written twice in its
 * life (accepted, settled), and a crash leaves exactly one open batch a pipeline to ask the ledger about.
 */

/** What a batch carries: records to their topics, or dead letters to the dead letter topic. */
export type BatchKind = 'records' | 'dead-letters';

/** One row of an open batch, with the partition that it goes to (for a dead letter: of the DLQ topic). */
export interface BatchEntry {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
}

/** First offset that Kafka gave to the batch's records in one partition, before the commit. */
export interface AppendedOffsets {
  readonly topic: string;
  readonly partition: number;
  /** Decimal strings, one for each row of that partition in the order of the batch's entries. */
  readonly offsets: readonly string[];
}

export interface OpenBatch {
  readonly number: number;
  /** The incarnation of the store that opened it. */
  readonly token: string;
  readonly kind: BatchKind;
  readonly entries: readonly BatchEntry[];
  /** Known once every record is appended; a committed batch always has them. */
  readonly appended: readonly AppendedOffsets[] | null;
}

/** A pipeline as the database knows it. */
export interface PipelineState {
  readonly name: string;
  /** The number of the last batch that was opened; 0 before the first. Only grows. */
  readonly batchNumber: number;
  /**
   * The number of the last batch that was closed, which is what the ledger must hold; 0 before the first.
   * Smaller than `batchNumber` while a batch is open and after one was abandoned. Set by `closeBatch`.
   */
  readonly committedNumber: number;
  readonly openBatch: OpenBatch | null;
  /** When the ledger was last known to hold `committedNumber`: set by `closeBatch` and `noteLedger`; epoch ms or null. */
  readonly ledgerAt: number | null;
}

export type Acceptance =
  | { readonly outcome: 'accepted'; readonly record: OutboxRecord }
  /** The id is known with the same content: this is the record as it stands now. */
  | { readonly outcome: 'duplicate'; readonly record: RecordState };

export interface Failure {
  readonly id: number;
  /** Stable code of the refusal, for example `message_too_large`. */
  readonly code: string;
  /** Plain text of at most 500 characters, without payload. */
  readonly error: string;
}

export interface DueTransaction {
  readonly id: string;
  /** Of its first record that is not sent yet. */
  readonly firstId: number;
}

export interface PageRequest {
  /** Only records with an id above this one. */
  readonly afterId: number;
  readonly limit: number;
  /** Stop the page when its values pass this many bytes (at least one record is returned). */
  readonly maxBytes: number;
  readonly delivery: DeliveryMode;
  /** Only records of this tenant; absent: of all. */
  readonly tenant?: string;
  /** Lanes of this pipeline: `lane % modulo === remainder`. */
  readonly lanes: { readonly modulo: number; readonly remainder: number };
}

export interface RecordFilter {
  readonly topic?: string;
  readonly tenant?: string;
  /** Only topics with one of these names, or beginnings where a `*` stands at the end. */
  readonly topics?: readonly string[];
  readonly status?: RecordStatus;
  readonly key?: Buffer;
  readonly code?: string;
  /** Epoch milliseconds, inclusive; of creation, for dead letters of burial. */
  readonly from?: number;
  readonly to?: number;
}

/** Which records somebody may see, or means; empty: all. Where several fit, that of no tenant comes first. */
export type Sight = Pick<RecordFilter, 'topic' | 'topics' | 'tenant'>;

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; `null` on the last page. */
  readonly cursor: string | null;
}

/** Exact figures that cost nothing to read: they are kept in the transactions that change them. */
export interface OutboxStats {
  /** Rows by status. */
  readonly rows: Readonly<Record<RecordStatus, number>>;
  /** Bytes of key, value and headers of the rows that are not settled (pending and failed). */
  readonly openBytes: number;
  /** Counters since the database was made; they survive a restart. */
  readonly totals: {
    readonly received: number;
    readonly sent: number;
    /** Refused tries (each counts). */
    readonly failed: number;
    /** Refused tries after which another try follows. */
    readonly retries: number;
    readonly buried: number;
    readonly replayed: number;
    readonly discarded: number;
  };
}

export interface StorageHealth {
  readonly engine: 'sqlite' | 'postgres';
  /** As read back from the database after a write: `FULL` for SQLite, `on` for PostgreSQL. */
  readonly synchronous: string;
  /** Size of SQLite's write-ahead log in bytes; 0 on PostgreSQL. */
  readonly walBytes: number;
  /**
   * Size of the file system that holds the outbox and its free bytes, less what the write-ahead log will take
   * when it is moved into the database and what is kept for the drain while the ballast is given back; null
   * where the server is elsewhere.
   */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  /** Whether the ballast file is in place; null on PostgreSQL. */
  readonly ballast: boolean | null;
  /** What makes PostgreSQL's tables grow although rows are removed; null on SQLite. */
  readonly bloat: {
    /** Row versions that are waited for to be vacuumed, of all tables of the outbox. */
    readonly deadRows: number;
    /** Milliseconds since the oldest transaction of the server began that keeps them from being vacuumed. */
    readonly oldestTransactionMs: number;
  } | null;
}

export interface Audit {
  /** Who did it; `anonymous` while no credentials are configured. */
  readonly actor: string;
  readonly reason?: string;
}

export interface NotedChanges {
  readonly entries: readonly AuditEntry[];
  /** Null: nothing is. */
  readonly noted: string | null;
}

export interface PurgeAges {
  /** Epoch milliseconds: sent records settled before this lose everything but id, hash and place. */
  readonly sentBefore: number;
  /** Ids and hashes of records purged and settled before this are forgotten. */
  readonly idsBefore: number;
  /** Dead letters buried before this are removed. */
  readonly deadLettersBefore: number;
  /** Topics with ages of their own; none where absent. Keep their order: it is what the places reached are known by. */
  readonly byTopic?: readonly TopicAges[];
}

/** As `PurgeAges`, of a topic, or of those that begin so where a `*` stands at the end. The longest beginning counts. */
export interface TopicAges {
  readonly topic: string;
  readonly sentBefore: number;
  readonly deadLettersBefore: number;
}

/** A record of which no more is known. */
export type Identified = Pick<RecordState, 'id'>;

/** Ends that a listener is told of something. */
export type Unlisten = () => void;

/**
 * The outbox: the durable tables between the POST and Kafka.
 *
 * Every promise that resolves has been committed and synced to disk. Every write goes through one group
 * commit: what waits at the same moment shares one transaction and one fsync.
 * All methods reject with `OutboxError`; after `storage_unavailable` nothing may be assumed.
 */
export abstract class OutboxStore {
  /** The outbox's own random name, made with the database: it names the transactional ids and the ledger group. */
  abstract readonly outboxId: string;

  /**
   * A random name of this opening of the database. Batches carry it into the ledger, so that two bridges on
   * copies of one database do not take each other's batch of the same number for their own.
   */
  abstract readonly incarnation: string;

  /**
   * Why nothing may be sent from this database before somebody has compared it with Kafka (`npm run outbox --
   * reconcile`), as half a sentence after "the outbox"; null as a rule. Set for a backup, a recovered database,
   * and one whose write-ahead log has gone.
   */
  readonly needsReconcile: string | null = null;

  /** What was put right when the database was opened, for the log; null as a rule. */
  readonly repaired: string | null = null;

  /** How several instances share it; null where the database has one process. */
  readonly leases: Leases | null = null;

  // ── accept ──────────────────────────────────────────────────────────────────────────────────────
  /**
   * Makes the records durable, all or none; resolves after the fsync.
   * @throws OutboxError `message_id_reused` (nothing stored), `overloaded`, `storage_full`, `storage_unavailable`.
   */
  abstract accept(records: readonly NewRecord[]): Promise<readonly Acceptance[]>;

  /** Called after each commit with the rows that it added, in the order of their ids, before `accept` resolves. */
  abstract onAccepted(listener: (records: readonly OutboxRecord[]) => void): Unlisten;

  /** Called after a replay has put rows back to `pending`. */
  abstract onReplayed(listener: (records: readonly OutboxRecord[]) => void): Unlisten;

  /**
   * Called after dead letters have gone, so that a parked key can go on: they were discarded or too old, or another
   * instance has replayed them and they are settled.
   */
  abstract onDiscarded(listener: (records: readonly Identified[]) => void): Unlisten;

  /**
   * Called when another instance has stored records of about these ids; null: it may have. What is told while nobody
   * could listen is never told again, so look now and then all the same.
   */
  abstract onAcceptedElsewhere(listener: (ids: IdRange | null) => void): Unlisten;

  /** Called when another instance has settled records of about these ids; null: it may have. */
  abstract onSettledElsewhere(listener: (ids: IdRange | null) => void): Unlisten;

  /** Called once when the database failed for good (I/O error, corruption): stop answering and exit. */
  abstract onFatal(listener: (error: Error) => void): void;

  /**
   * The same outbox as one relay of several has it: what goes next is asked of its lanes, and its changes reject with
   * `lease_lost` once its slot is another's.
   */
  abstract relayedBy(share: Share): OutboxStore;

  // ── what goes next ──────────────────────────────────────────────────────────────────────────────
  /** Highest id of a committed row; 0 in an empty outbox. */
  abstract lastId(): Promise<number>;

  /** Pending records, oldest first. Includes rows of open batches: the caller knows its own. */
  abstract pendingPage(request: PageRequest): Promise<readonly OutboxRecord[]>;

  /** The tenants that have pending records. */
  abstract waitingTenants(): Promise<readonly string[]>;

  /** How many pending records the tenant has, counted up to `limit`. */
  abstract pendingOfTenant(tenant: string, limit: number): Promise<number>;

  /** Pending records of one topic (and one partition of it, when given), oldest first, at most `limit`. */
  abstract pendingOfTopic(
    topic: string,
    partition: number | null,
    limit: number,
    maxBytes: number,
  ): Promise<readonly OutboxRecord[]>;

  /** Failed records that are due at `now` (epoch ms) and belong to no transaction, by id, at most `limit`. */
  abstract dueRetries(now: number, limit: number): Promise<readonly OutboxRecord[]>;

  /**
   * Transactions whose first record has failed and is due at `now` (epoch ms), by that record's id from after
   * `afterId` on, at most `limit`. A relay with a share of the lanes gets those that it sends.
   */
  abstract dueTransactions(
    now: number,
    afterId: number,
    limit: number,
  ): Promise<readonly DueTransaction[]>;

  /** The records of a transaction that are not sent, by id. */
  abstract ofTransaction(transactionId: string): Promise<readonly OutboxRecord[]>;

  /** The lane of the first record of each of these transactions that is not settled: whoever relays that lane sends it. */
  abstract homeLanes(transactionIds: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /**
   * Whoever relays these records says that nothing of their keys comes before them any more, for another instance
   * that sends their transaction.
   */
  abstract noteArrived(ids: readonly number[]): Promise<void>;

  /** The records of these transactions that have arrived and are not settled. */
  abstract arrived(transactionIds: readonly string[]): Promise<readonly ArrivedRecord[]>;

  /** When the next failed record is due (epoch ms), or null. */
  abstract nextRetryAt(): Promise<number | null>;

  /** Topic, key and transaction of every record in this status (`failed`: blocked keys; `dlq`: parked keys), oldest first. */
  abstract keysInStatus(status: 'failed' | 'dlq'): Promise<
    readonly (Pick<OutboxRecord, 'id' | 'topic' | 'key' | 'replays'> & {
      readonly transaction: string | null;
    })[]
  >;

  /** Dead letters that are not yet in the dead letter topic, oldest first. */
  abstract unpublishedDeadLetters(limit: number, maxBytes: number): Promise<readonly DeadLetter[]>;

  /** The records of these ids that are still unsettled or dead, in the order of the ids. */
  abstract load(ids: readonly number[]): Promise<readonly OutboxRecord[]>;

  // ── a batch ─────────────────────────────────────────────────────────────────────────────────────
  /** Every pipeline that has ever opened a batch here. */
  abstract pipelines(): Promise<readonly PipelineState[]>;

  /** The state of one pipeline, made with number 0 when it is new. */
  abstract pipeline(name: string): Promise<PipelineState>;

  /**
   * Writes the batch down before Kafka hears of it, with the partitions that were chosen for it.
   * @returns the batch's number.
   * @throws OutboxError `storage_unavailable`; an already open batch is a defect and throws a plain Error.
   */
  abstract openBatch(
    pipeline: string,
    kind: BatchKind,
    entries: readonly BatchEntry[],
  ): Promise<number>;

  /** Writes down the offsets that Kafka gave, before the commit, so that a crash after it loses no answer. */
  abstract noteOffsets(
    pipeline: string,
    batchNumber: number,
    appended: readonly AppendedOffsets[],
  ): Promise<void>;

  /**
   * Kafka has committed the batch: its records become `sent` (dead letters: published).
   * Uses the offsets of `noteOffsets`. Resolves with the acknowledgements in the order of the entries.
   */
  abstract closeBatch(pipeline: string, batchNumber: number): Promise<readonly Acknowledgement[]>;

  /**
   * The ledger says that the batch was not committed: its records are pending (or failed) as before, and keep the
   * partitions that were chosen for it.
   */
  abstract abandonBatch(pipeline: string, batchNumber: number): Promise<void>;

  /** The ledger was seen to hold the pipeline's number (heartbeat, re-seed). */
  abstract noteLedger(pipeline: string): Promise<void>;

  // ── settle, one verb an arrow ───────────────────────────────────────────────────────────────────
  /** At-least-once: these records are in Kafka. Rows that are not open any more are left alone. */
  abstract settle(acknowledgements: readonly Acknowledgement[]): Promise<void>;

  /** At-least-once: these dead letters are in the dead letter topic. */
  abstract notePublished(ids: readonly number[]): Promise<void>;

  /** Kafka refused these records: attempt counted, status `failed`, due at `nextAt` (epoch ms). */
  abstract reschedule(failures: readonly (Failure & { readonly nextAt: number })[]): Promise<void>;

  /** Given up: attempt counted, status `dlq`, kept whole with the last error. Returns what was buried. */
  abstract bury(failures: readonly Failure[]): Promise<readonly RecordState[]>;

  /**
   * A dead letter becomes `pending` again: attempts 0, same message id, `replays` + 1, partition forgotten
   * unless the caller had demanded it. `topic` sends it elsewhere. The other records of its transaction are
   * replayed with it, each to its own topic.
   * @throws OutboxError `not_found`; `not_replayable`, also when a record of its transaction is gone.
   */
  abstract replay(
    messageId: string,
    audit: Audit,
    topic?: string,
    sight?: Sight,
  ): Promise<OutboxRecord>;

  /**
   * Replays at most `limit` dead letters that match, oldest first, in slices, and what belongs to their
   * transactions; returns how many.
   */
  abstract replayMatching(filter: RecordFilter, limit: number, audit: Audit): Promise<number>;

  /** Removes a dead letter for good, and its whole transaction; ids and hashes stay known. @throws as `replay`. */
  abstract discard(messageId: string, audit: Audit, sight?: Sight): Promise<void>;

  // ── ask ─────────────────────────────────────────────────────────────────────────────────────────
  abstract find(messageId: string, sight?: Sight): Promise<RecordState | null>;

  /** What has become of those of these records that are settled. */
  abstract settledOf(ids: readonly number[]): Promise<readonly RecordState[]>;

  /** Refused tries of a record, oldest first. */
  abstract attempts(id: number): Promise<readonly Attempt[]>;

  /** Newest first; `limit` at most 500. @throws RangeError on a cursor that this store did not make. */
  abstract list(filter: RecordFilter, limit: number, cursor?: string): Promise<Page<RecordState>>;

  /** A dead letter whole. */
  abstract deadLetter(messageId: string, sight?: Sight): Promise<DeadLetter | null>;

  /** Dead letters that match, counted by topic and code. */
  abstract countDeadLetters(
    filter: RecordFilter,
  ): Promise<readonly { readonly topic: string; readonly code: string; readonly count: number }[]>;

  /** In memory; never a query. Where instances share the outbox, what others did counts from the next `refreshStats`. */
  abstract stats(): OutboxStats;

  /** To be called every second: reads what other instances have counted. A no-op where there are none. */
  abstract refreshStats(): Promise<void>;

  /** `created_at` of the oldest unsettled record (epoch ms), or null. */
  abstract oldestOpenAt(): Promise<number | null>;

  abstract storageHealth(): Promise<StorageHealth>;

  // ── audit ───────────────────────────────────────────────────────────────────────────────────────
  /** Adds rows to the audit. */
  abstract note(entries: readonly AuditEntry[]): Promise<void>;

  /**
   * Adds to the audit what has changed in something that lies elsewhere, once, however many instances see it change.
   * @param name of that thing.
   * @param changes of what was noted last (null: nothing yet): the rows, and what is to be noted; may be run again.
   */
  abstract noteChanges(
    name: string,
    changes: (noted: string | null) => NotedChanges,
  ): Promise<void>;

  /** Where the audit ends now. */
  abstract auditHead(): Promise<AuditHead>;

  // ── keep it small ───────────────────────────────────────────────────────────────────────────────
  /** Removes at most `limit` rows that are past their age in one short transaction; returns how many. */
  abstract purge(ages: PurgeAges, limit: number): Promise<number>;

  /** Moves committed pages out of the write-ahead log, away from the accept path. A no-op on PostgreSQL. */
  abstract checkpoint(): Promise<void>;

  /** Gives the ballast back when the disk is nearly full, so that the drain can go on; takes it again when there is room. */
  abstract tendBallast(): Promise<void>;

  /** Stops taking writes, commits what waits, closes. */
  abstract close(): Promise<void>;
}

/** A record of a transaction that waits, with its key, for the instance that sends the transaction. */
export interface ArrivedRecord extends Pick<OutboxRecord, 'id' | 'topic' | 'key' | 'lane'> {
  readonly transactionId: string;
}

/** A dead letter, whole. */
export interface DeadLetter extends OutboxRecord {
  /** Epoch milliseconds. */
  readonly failedAt: number;
  readonly lastError: string;
  /** Whether it is in the dead letter topic. */
  readonly published: boolean;
}
