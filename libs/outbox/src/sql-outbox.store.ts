import { randomBytes } from 'node:crypto';
import { prepare } from './accept.js';
import { appendAudit, readHead } from './audit/append.js';
import type { AuditEntry } from './audit/audit-entry.js';
import { NO_HEAD, type AuditHead } from './audit/chain.js';
import { noteChanges } from './audit/note-changes.js';
import * as arriving from './arrived.js';
import * as batches from './batch.js';
import { Counters } from './counters.js';
import * as deadLetters from './dead-letters.js';
import { Doubts } from './doubts.js';
import { SqlError, type Engine, type Guard } from './engine.js';
import { GroupCommit, type CommitListener } from './group-commit.js';
import type { Share } from './leases.js';
import { Listeners } from './listeners.js';
import type { IdRange, News } from './news.js';
import {
  OutboxStore,
  type Acceptance,
  type AppendedOffsets,
  type ArrivedRecord,
  type Audit,
  type BatchEntry,
  type BatchKind,
  type DeadLetter,
  type DueTransaction,
  type Failure,
  type Identified,
  type NotedChanges,
  type OutboxStats,
  type Page,
  type PageRequest,
  type PipelineState,
  type PurgeAges,
  type RecordFilter,
  type Sight,
  type StorageHealth,
  type Unlisten,
} from './outbox.store.js';
import { portError, unavailable } from './port-error.js';
import { purgeExpired, purgeSlice, SLICE_BYTES, type Purged } from './purge.js';
import { AskReads, RelayReads } from './reads.js';
import { readReconcileMark } from './reconcile-mark.js';
import type { Acknowledgement, Attempt, NewRecord, OutboxRecord, RecordState } from './record.js';
import { RECORD_COLUMNS, recordOf } from './rows.js';
import { RelaySteps } from './relay-steps.js';
import type { StepAtOnce } from './relay-step.js';
import { RetentionWalk } from './retention-walk.js';
import * as settling from './settle.js';
import type { Transaction } from './transaction.js';
import { checkValueKeys } from './values/key-ids.js';
import { openingEngine } from './values/opening-engine.js';
import type { ValueCipher } from './values/value-cipher.js';

/** Dead letters replayed in one transaction: they are read whole, each with its value. */
const REPLAY_SLICE = 100;
/** How often an opening runs again because another instance opened at the same moment. */
const MAX_CONFLICTS = 5;

/** The outbox on either engine. Every change is a function over the group's transaction; this class names them. */
export class SqlOutboxStore extends OutboxStore {
  override readonly incarnation = randomBytes(8).toString('hex');
  override readonly repaired: string | null;
  override readonly leases: Guard | null;
  private readonly group: GroupCommit;
  private readonly relay: RelayReads;
  /** Whose changes this makes; null: those of the one bridge. */
  private readonly share: Share | null = null;
  private readonly asks: AskReads;
  private readonly retention: RetentionWalk;
  private readonly accepted = new Listeners<readonly OutboxRecord[]>();
  private readonly replayed = new Listeners<readonly OutboxRecord[]>();
  private readonly discarded = new Listeners<readonly Identified[]>();
  private readonly acceptedElsewhere = new Listeners<IdRange | null>();
  private readonly settledElsewhere = new Listeners<IdRange | null>();
  private readonly fatal = new Listeners<Error>();
  private readonly doubts = new Doubts();
  private readonly steps = new RelaySteps(this.incarnation);
  private closed: Promise<void> | null = null;

  private constructor(
    private readonly engine: Engine,
    private readonly counters: Counters,
    readonly outboxId: string,
    private highestId: number,
    override readonly needsReconcile: string | null,
    private readonly cipher: ValueCipher | null,
    onCommit: CommitListener,
  ) {
    super();
    this.repaired = engine.repaired;
    this.leases = engine.leases;
    this.relay = new RelayReads(engine.relayReader, engine.dialect);
    this.asks = new AskReads(engine.askReader, engine.dialect, outboxId);
    this.retention = new RetentionWalk(engine.askReader);
    this.group = new GroupCommit(engine, counters, {
      added: (records) => this.added(records),
      resume: (tx) => this.resume(tx),
      fatal: (error) => this.fatal.tell(error),
      committed: onCommit,
    });
    engine.news?.listen(
      (news) => void this.hear(news),
      () => {
        this.acceptedElsewhere.tell(null);
        this.settledElsewhere.tell(null);
      },
    );
  }

  /** Takes over an opened database; the counters are put right by a recount of the open rows. */
  static async open(
    engine: Engine,
    cipher: ValueCipher | null = null,
    onCommit: CommitListener = () => {},
  ): Promise<SqlOutboxStore> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await SqlOutboxStore.openOnce(engine, cipher, onCommit);
      } catch (error) {
        await engine.writer.rollback();
        const isConflict = error instanceof SqlError && error.kind === 'conflict';
        if (!isConflict || conflicts >= MAX_CONFLICTS) throw error;
      }
    }
  }

  private static async openOnce(
    real: Engine,
    cipher: ValueCipher | null,
    onCommit: CommitListener,
  ): Promise<SqlOutboxStore> {
    const engine = cipher === null ? real : openingEngine(real, cipher);
    const { writer, dialect } = engine;
    const counters = new Counters();
    // Rows and counters of one moment, while other instances go on.
    await writer.begin(true);
    const [meta] = await writer.query(
      'INSERT INTO meta (name, "value") VALUES (\'outbox_id\', $1)' +
        ' ON CONFLICT (name) DO UPDATE SET "value" = meta."value" RETURNING "value"',
      [randomBytes(8).toString('hex')],
    );
    await counters.prepare(writer, dialect);
    const [last] = await writer.query(dialect.lastId);
    const mark = await readReconcileMark(writer);
    await checkValueKeys(writer, cipher);
    await writer.commit();
    const outboxId = meta?.['value'] as string;
    const lastId = last?.['id'] as number;
    return new SqlOutboxStore(engine, counters, outboxId, lastId, mark, cipher, onCommit);
  }

  /** The database failed for good, as one of its connections found out. */
  fail(cause: SqlError): void {
    this.group.fail(cause);
  }

  override async accept(records: readonly NewRecord[]): Promise<readonly Acceptance[]> {
    return this.group.accept(prepare(records, this.cipher ?? undefined));
  }

  override onAccepted(listener: (records: readonly OutboxRecord[]) => void): Unlisten {
    return this.accepted.add(listener);
  }

  override onReplayed(listener: (records: readonly OutboxRecord[]) => void): Unlisten {
    return this.replayed.add(listener);
  }

  override onDiscarded(listener: (records: readonly Identified[]) => void): Unlisten {
    return this.discarded.add(listener);
  }

  override onAcceptedElsewhere(listener: (ids: IdRange | null) => void): Unlisten {
    return this.acceptedElsewhere.add(listener);
  }

  override onSettledElsewhere(listener: (ids: IdRange | null) => void): Unlisten {
    return this.settledElsewhere.add(listener);
  }

  override onFatal(listener: (error: Error) => void): void {
    this.fatal.add(listener);
    if (this.group.failure !== null) listener(this.group.failure);
  }

  override relayedBy(share: Share): OutboxStore {
    const { relayReader, dialect } = this.engine;
    const view = Object.create(this) as OutboxStore;
    const own = { share, relay: new RelayReads(relayReader, dialect, share.lanes) };
    return Object.assign(view, own);
  }

  override async lastId(): Promise<number> {
    return this.leases === null ? this.highestId : asked(this.relay.lastId());
  }

  override pendingPage(request: PageRequest): Promise<readonly OutboxRecord[]> {
    return asked(this.relay.pendingPage(request));
  }

  override waitingTenants(): Promise<readonly string[]> {
    return asked(this.relay.waitingTenants());
  }

  override pendingOfTenant(tenant: string, limit: number): Promise<number> {
    return asked(this.asks.pendingOfTenant(tenant, limit));
  }

  override pendingOfTopic(
    topic: string,
    partition: number | null,
    limit: number,
    maxBytes: number,
  ): Promise<readonly OutboxRecord[]> {
    return asked(this.relay.pendingOfTopic(topic, partition, limit, maxBytes));
  }

  override dueRetries(now: number, limit: number): Promise<readonly OutboxRecord[]> {
    return asked(this.relay.dueRetries(now, limit));
  }

  override dueTransactions(
    now: number,
    afterId: number,
    limit: number,
  ): Promise<readonly DueTransaction[]> {
    return asked(this.relay.dueTransactions(now, afterId, limit));
  }

  override ofTransaction(transactionId: string): Promise<readonly OutboxRecord[]> {
    return asked(this.relay.ofTransaction(transactionId));
  }

  override homeLanes(transactionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return asked(this.relay.homeLanes(transactionIds));
  }

  override noteArrived(ids: readonly number[]): Promise<void> {
    return this.relayed((tx) => arriving.noteArrived(tx, ids));
  }

  override arrived(transactionIds: readonly string[]): Promise<readonly ArrivedRecord[]> {
    return asked(this.relay.arrived(transactionIds));
  }

  override nextRetryAt(): Promise<number | null> {
    return asked(this.relay.nextRetryAt());
  }

  override keysInStatus(status: 'failed' | 'dlq') {
    return asked(this.relay.keysInStatus(status));
  }

  override unpublishedDeadLetters(limit: number, maxBytes: number): Promise<readonly DeadLetter[]> {
    return asked(this.relay.unpublishedDeadLetters(limit, maxBytes));
  }

  override load(ids: readonly number[]): Promise<readonly OutboxRecord[]> {
    return asked(this.relay.load(ids));
  }

  override pipelines(): Promise<readonly PipelineState[]> {
    return asked(this.relay.pipelines());
  }

  override async pipeline(name: string): Promise<PipelineState> {
    const known = await asked(this.relay.pipeline(name));
    if (known !== null) return known;
    await this.group.change((tx) => batches.makePipeline(tx, name));
    return this.pipeline(name);
  }

  override openBatch(
    pipeline: string,
    kind: BatchKind,
    entries: readonly BatchEntry[],
  ): Promise<number> {
    return this.relayed(
      (tx) => batches.openBatch(tx, pipeline, kind, entries, this.incarnation),
      (steps) => steps.openBatch(pipeline, kind, entries),
    );
  }

  override noteOffsets(
    pipeline: string,
    batchNumber: number,
    appended: readonly AppendedOffsets[],
  ): Promise<void> {
    return this.relayed(
      (tx) => batches.noteOffsets(tx, pipeline, batchNumber, appended),
      (steps) => steps.noteOffsets(pipeline, batchNumber, appended),
    );
  }

  override closeBatch(pipeline: string, batchNumber: number): Promise<readonly Acknowledgement[]> {
    return this.relayed(
      (tx) => batches.closeBatch(tx, pipeline, batchNumber),
      (steps) => steps.closeBatch(pipeline, batchNumber),
    );
  }

  override abandonBatch(pipeline: string, batchNumber: number): Promise<void> {
    return this.relayed((tx) => batches.abandonBatch(tx, pipeline, batchNumber));
  }

  override noteLedger(pipeline: string): Promise<void> {
    return this.relayed((tx) => batches.noteLedger(tx, pipeline));
  }

  override settle(acknowledgements: readonly Acknowledgement[]): Promise<void> {
    return this.relayed(
      (tx) => settling.markSent(tx, acknowledgements),
      (steps) => steps.settle(acknowledgements),
    );
  }

  override notePublished(ids: readonly number[]): Promise<void> {
    return this.relayed((tx) => batches.notePublished(tx, ids));
  }

  override reschedule(failures: readonly (Failure & { readonly nextAt: number })[]): Promise<void> {
    return this.relayed((tx) => settling.reschedule(tx, failures));
  }

  override bury(failures: readonly Failure[]): Promise<readonly RecordState[]> {
    return this.relayed((tx) => settling.bury(tx, failures));
  }

  override replay(
    messageId: string,
    audit: Audit,
    topic?: string,
    sight: Sight = {},
  ): Promise<OutboxRecord> {
    const change = this.group.change(async (tx) => {
      const { record, replayed } = await deadLetters.replay(tx, messageId, sight, audit, topic);
      tx.news.noteReplayed(replayed.map(({ id }) => id));
      tx.afterCommit(() => this.replayed.tell(replayed));
      return record;
    });
    return this.doubts.replay(change);
  }

  override async replayMatching(
    filter: RecordFilter,
    limit: number,
    audit: Audit,
  ): Promise<number> {
    // Only what is dead now: a letter that is refused again meanwhile must not come round for ever.
    const buriedBy = Date.now();
    let afterId = 0;
    let replayed = 0;
    while (replayed < limit) {
      const slice = { afterId, buriedBy, limit: Math.min(REPLAY_SLICE, limit - replayed) };
      const change = this.group.change(async (tx) => {
        const found = await deadLetters.replaySlice(tx, filter, slice, audit);
        tx.news.noteReplayed(found.replayed.map(({ id }) => id));
        if (found.replayed.length > 0) tx.afterCommit(() => this.replayed.tell(found.replayed));
        return found;
      });
      const found = await this.doubts.replay(change);
      replayed += found.replayed.length;
      if (found.lastId === null) break;
      afterId = found.lastId;
    }
    return replayed;
  }

  override discard(messageId: string, audit: Audit, sight: Sight = {}): Promise<void> {
    const change = this.group.change(async (tx) => {
      const gone = await deadLetters.discard(tx, messageId, sight, audit);
      tx.news.noteDiscarded(gone.map(({ id }) => id));
      tx.afterCommit(() => {
        this.engine.noteRemoved();
        this.discarded.tell(gone);
      });
    });
    return this.doubts.discard(messageId, change);
  }

  override note(entries: readonly AuditEntry[]): Promise<void> {
    return this.group.change((tx) => appendAudit(tx, tx.now, entries));
  }

  override noteChanges(
    name: string,
    changes: (noted: string | null) => NotedChanges,
  ): Promise<void> {
    return this.group.change((tx) => noteChanges(tx, name, changes));
  }

  override async auditHead(): Promise<AuditHead> {
    return (await asked(readHead(this.engine.askReader))) ?? NO_HEAD;
  }

  override find(messageId: string, sight: Sight = {}): Promise<RecordState | null> {
    return asked(this.asks.find(messageId, sight));
  }

  override settledOf(ids: readonly number[]): Promise<readonly RecordState[]> {
    return asked(this.asks.settledOf(ids));
  }

  override attempts(id: number): Promise<readonly Attempt[]> {
    return asked(this.asks.attempts(id));
  }

  override list(filter: RecordFilter, limit: number, cursor?: string): Promise<Page<RecordState>> {
    return asked(this.asks.list(filter, limit, cursor));
  }

  override deadLetter(messageId: string, sight: Sight = {}): Promise<DeadLetter | null> {
    return asked(this.asks.deadLetter(messageId, sight));
  }

  override countDeadLetters(filter: RecordFilter) {
    return asked(this.asks.countDeadLetters(filter));
  }

  override stats(): OutboxStats {
    return this.counters.stats();
  }

  override async refreshStats(): Promise<void> {
    if (this.leases === null) return;
    await this.group.change((tx) => this.counters.load(tx));
  }

  override oldestOpenAt(): Promise<number | null> {
    return asked(this.asks.oldestOpenAt());
  }

  override async storageHealth(): Promise<StorageHealth> {
    try {
      return await this.engine.health();
    } catch (error) {
      throw unavailable(error);
    }
  }

  override async purge(ages: PurgeAges, limit: number): Promise<number> {
    if ((ages.byTopic ?? []).length === 0) return this.remove((tx) => purgeSlice(tx, ages, limit));
    const expired = await asked(this.retention.next(ages, limit, SLICE_BYTES));
    const removed = await this.remove((tx) => purgeExpired(tx, expired, ages, limit));
    expired.gone();
    return removed;
  }

  private remove(purge: (tx: Transaction) => Promise<Purged>): Promise<number> {
    return this.group.change(async (tx) => {
      const { removed, deadLetters: gone } = await purge(tx);
      tx.news.noteDiscarded(gone.map(({ id }) => id));
      if (gone.length > 0) tx.afterCommit(() => this.discarded.tell(gone));
      if (removed > 0) tx.afterCommit(() => this.engine.noteRemoved());
      return removed;
    });
  }

  override checkpoint(): Promise<void> {
    return asked(
      this.engine.checkpoint(
        (step) => this.group.alone(step),
        () => this.group.idle,
      ),
    );
  }

  override async tendBallast(): Promise<void> {
    try {
      await this.engine.tendBallast();
    } catch (error) {
      throw unavailable(error);
    }
  }

  override close(): Promise<void> {
    this.closed ??= this.group.close().then(() => asked(this.engine.close()));
    return this.closed;
  }

  /**
   * A change that only who has the record may make.
   * @param step the same for a group that one statement can hold: where only one bridge makes changes.
   */
  private async relayed<T>(
    run: (tx: Transaction) => Promise<T>,
    step: (steps: RelaySteps) => StepAtOnce<T> | null = () => null,
  ): Promise<T> {
    const { leases, share, steps } = this;
    if (leases === null) return this.group.change(run, step(steps));
    if (share === null) return this.group.change(run);
    return this.group.change(async (tx) => {
      await leases.check(tx, share);
      return run(tx);
    });
  }

  /** What cannot be read now is found when it is looked for without being told. */
  private async hear({ accepted, settled, replayed, discarded }: News): Promise<void> {
    if (accepted !== null) this.acceptedElsewhere.tell(accepted);
    if (settled !== null) this.settledElsewhere.tell(settled);
    try {
      const found = replayed.length === 0 ? [] : await this.relay.load(replayed);
      const gone = replayed.filter((id) => !found.some((row) => row.id === id));
      if (found.length > 0) this.replayed.tell(found);
      const ids = [...discarded, ...gone];
      if (ids.length > 0) this.discarded.tell(ids.map((id) => ({ id })));
    } catch {
      this.acceptedElsewhere.tell(null);
    }
  }

  private added(records: readonly OutboxRecord[]): void {
    this.highestId = Math.max(this.highestId, records.at(-1)?.id ?? 0);
    this.accepted.tell(records);
  }

  /**
   * After a lost connection: the last commit may have succeeded although its callers were told otherwise.
   * Its rows are durable, so the relay must hear of them, and the counters are those of the table.
   */
  private async resume(tx: Transaction): Promise<void> {
    await this.counters.load(tx);
    if (this.leases !== null) tx.afterCommit(() => this.acceptedElsewhere.tell(null));
    else await this.resumeAdded(tx);
    await this.doubts.resolve(tx, (replayed, discarded) => {
      if (replayed.length > 0) this.replayed.tell(replayed);
      if (discarded.length > 0) this.discarded.tell(discarded);
    });
  }

  private async resumeAdded(tx: Transaction): Promise<void> {
    const rows = await tx.query(
      `SELECT ${RECORD_COLUMNS} FROM record WHERE id > $1 AND status = 'pending' ORDER BY id`,
      [this.highestId],
    );
    if (rows.length > 0) tx.afterCommit(() => this.added(rows.map(recordOf)));
  }
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw portError(error);
  }
}
