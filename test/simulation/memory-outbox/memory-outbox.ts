import {
  OutboxError,
  OutboxStore,
  type Acceptance,
  type AppendedOffsets,
  type ArrivedRecord,
  type Acknowledgement,
  type Audit,
  type BatchEntry,
  type BatchKind,
  type DeadLetter,
  type DueTransaction,
  type Failure,
  type Identified,
  type IdRange,
  type NewRecord,
  type OutboxRecord,
  type OutboxStats,
  type PageRequest,
  type PipelineState,
  type RecordState,
  type Share,
  type Unlisten,
} from '@bridge/outbox';
import { MemoryLeases } from './memory-leases.js';
import type { NewsBus } from './memory-news.js';
import type { MemoryTables } from './memory-tables.js';
import type { MemoryWriter, StoreSite } from './memory-writer.js';

/** Hears how batches end, for the coverage of the simulation. */
export interface BatchWatch {
  ending(how: 'close' | 'abandon', pipeline: string, number: number): void;
}

/** One opening of the tables by one process. What the relay has no use for is not here. */
export class MemoryOutbox extends OutboxStore {
  override readonly outboxId: string;
  private readonly tables: MemoryTables;
  /** The same tables, as far as their lanes are this relay's. */
  private readonly mine: MemoryTables;
  private readonly share: Share | null = null;
  override readonly leases: MemoryLeases | null;

  constructor(
    private readonly site: StoreSite,
    private readonly writer: MemoryWriter,
    override readonly incarnation: string,
    private readonly watch: BatchWatch,
    bus: NewsBus | null = null,
  ) {
    super();
    this.tables = site.tables;
    this.mine = site.tables;
    this.outboxId = site.tables.outboxId;
    this.leases = bus === null ? null : new MemoryLeases(site.tables.leases, site);
    if (bus !== null) writer.share(bus);
  }

  override accept(records: readonly NewRecord[]): Promise<readonly Acceptance[]> {
    return this.writer.accept(records);
  }

  override onAccepted(listener: (records: readonly OutboxRecord[]) => void): Unlisten {
    return listen(this.writer.added, listener);
  }

  override onReplayed(listener: (records: readonly OutboxRecord[]) => void): Unlisten {
    return listen(this.writer.replayed, listener);
  }

  override onDiscarded(listener: (records: readonly Identified[]) => void): Unlisten {
    return listen(this.writer.discarded, listener);
  }

  override onAcceptedElsewhere(listener: (ids: IdRange | null) => void): Unlisten {
    return listen(this.writer.acceptedElsewhere, listener);
  }

  override onSettledElsewhere(listener: (ids: IdRange | null) => void): Unlisten {
    return listen(this.writer.settledElsewhere, listener);
  }

  /** In a simulation nobody waits for his answer. */
  override settledOf(): Promise<readonly RecordState[]> {
    return Promise.resolve([]);
  }

  override onFatal(): void {
    // The simulated database is lost for a while at most.
  }

  override relayedBy(share: Share): OutboxStore {
    const view = Object.create(this) as OutboxStore;
    const own = { share, mine: this.tables.restrictedTo(share.lanes) };
    return Object.assign(view, own);
  }

  override lastId(): Promise<number> {
    if (this.leases === null) return Promise.resolve(this.writer.highestId);
    return this.site.read('lastId', () => this.tables.lastId);
  }

  override pendingPage(request: PageRequest): Promise<readonly OutboxRecord[]> {
    return this.site.read('pendingPage', () => this.mine.pendingPage(request));
  }

  override waitingTenants(): Promise<readonly string[]> {
    return this.site.read('waitingTenants', () => this.mine.waitingTenants());
  }

  /** In a simulation nobody has a quota. */
  override pendingOfTenant(): Promise<number> {
    return Promise.resolve(0);
  }

  override pendingOfTopic(
    topic: string,
    partition: number | null,
    limit: number,
    maxBytes: number,
  ): Promise<readonly OutboxRecord[]> {
    return this.site.read('pendingOfTopic', () =>
      this.mine.pendingOfTopic(topic, partition, limit, maxBytes),
    );
  }

  override dueRetries(now: number, limit: number): Promise<readonly OutboxRecord[]> {
    return this.site.read('dueRetries', () => this.mine.dueRetries(now, limit));
  }

  override dueTransactions(
    now: number,
    afterId: number,
    limit: number,
  ): Promise<readonly DueTransaction[]> {
    return this.site.read('dueTransactions', () => this.mine.dueTransactions(now, afterId, limit));
  }

  override ofTransaction(transactionId: string): Promise<readonly OutboxRecord[]> {
    return this.site.read('ofTransaction', () => this.tables.ofTransaction(transactionId));
  }

  override homeLanes(transactionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.site.read('homeLanes', () => this.tables.homeLanes(transactionIds));
  }

  override noteArrived(ids: readonly number[]): Promise<void> {
    this.site.seen('a record waited for a transaction of another instance');
    return this.relayed('noteArrived', () => this.tables.noteArrived(ids));
  }

  override arrived(transactionIds: readonly string[]): Promise<readonly ArrivedRecord[]> {
    return this.site.read('arrived', () => this.tables.arrived(transactionIds));
  }

  override nextRetryAt(): Promise<number | null> {
    return this.site.read('nextRetryAt', () => this.mine.nextRetryAt());
  }

  override keysInStatus(status: 'failed' | 'dlq') {
    return this.site.read('keysInStatus', () => this.mine.keysInStatus(status));
  }

  override unpublishedDeadLetters(limit: number, maxBytes: number): Promise<readonly DeadLetter[]> {
    return this.site.read('unpublished', () => this.mine.unpublishedDeadLetters(limit, maxBytes));
  }

  override load(ids: readonly number[]): Promise<readonly OutboxRecord[]> {
    return this.site.read('load', () => this.tables.load(ids));
  }

  override pipelines(): Promise<readonly PipelineState[]> {
    return this.site.read('pipelines', () => this.tables.pipelines.all());
  }

  override async pipeline(name: string): Promise<PipelineState> {
    const known = await this.site.read('pipeline', () => this.tables.pipelines.state(name));
    if (known !== null) return known;
    await this.writer.change('makePipeline', () => {
      this.tables.pipelines.make(name);
    });
    return this.pipeline(name);
  }

  override openBatch(
    pipeline: string,
    kind: BatchKind,
    entries: readonly BatchEntry[],
  ): Promise<number> {
    return this.relayed(`openBatch ${pipeline} ${idsOf(entries)}`, (now) => {
      return this.tables.pipelines.open(pipeline, kind, entries, this.incarnation, now);
    });
  }

  override noteOffsets(
    pipeline: string,
    number: number,
    appended: readonly AppendedOffsets[],
  ): Promise<void> {
    return this.relayed(`noteOffsets ${pipeline} ${number}`, () =>
      this.tables.pipelines.noteOffsets(pipeline, number, appended),
    );
  }

  override closeBatch(pipeline: string, number: number): Promise<readonly Acknowledgement[]> {
    this.watch.ending('close', pipeline, number);
    return this.relayed(`closeBatch ${pipeline} ${number}`, (now) => {
      const { kind, openedAt, acknowledgements } = this.tables.pipelines.close(
        pipeline,
        number,
        now,
      );
      const ids = acknowledgements.map(({ id }) => id);
      const batch = `${pipeline} ${number}`;
      if (kind === 'records') this.tables.markSent(acknowledgements, now, batch);
      else this.tables.notePublished(ids, openedAt, now);
      return acknowledgements;
    });
  }

  override abandonBatch(pipeline: string, number: number): Promise<void> {
    this.watch.ending('abandon', pipeline, number);
    return this.relayed(`abandonBatch ${pipeline} ${number}`, () => {
      const { kind, entries } = this.tables.pipelines.abandon(pipeline, number);
      if (kind === 'records') this.tables.keepPartitions(entries);
    });
  }

  override noteLedger(pipeline: string): Promise<void> {
    return this.relayed(`noteLedger ${pipeline}`, (now) => {
      this.tables.pipelines.make(pipeline).ledgerAt = now;
    });
  }

  override settle(acknowledgements: readonly Acknowledgement[]): Promise<void> {
    return this.relayed(`settle ${idsOf(acknowledgements)}`, (now) =>
      this.tables.markSent(acknowledgements, now),
    );
  }

  override notePublished(ids: readonly number[]): Promise<void> {
    return this.relayed('notePublished', (now) => this.tables.notePublished(ids, now, now));
  }

  override reschedule(failures: readonly (Failure & { readonly nextAt: number })[]): Promise<void> {
    return this.relayed(`reschedule ${idsOf(failures)}`, () => this.tables.reschedule(failures));
  }

  override bury(failures: readonly Failure[]): Promise<readonly RecordState[]> {
    return this.relayed(`bury ${idsOf(failures)}`, (now) => this.tables.bury(failures, now));
  }

  override replay(messageId: string, _audit: Audit, topic?: string): Promise<OutboxRecord> {
    const run = (_now: number, after: (effect: () => void) => void): OutboxRecord => {
      const replayed = this.tables.replay(messageId, topic);
      this.writer.noteReplayed(replayed.map(({ id }) => id));
      after(() => this.writer.tellReplayed(replayed));
      return replayed.find((record) => record.messageId === messageId) as OutboxRecord;
    };
    return this.writer.change(`replay ${messageId}`, run, () => {
      const state = this.tables.find(messageId);
      const [record] = this.tables.load(state?.status === 'pending' ? [state.id] : []);
      if (record === undefined) return null;
      const { transaction } = record;
      const all = transaction === null ? [record] : this.tables.ofTransaction(transaction.id);
      return () => this.writer.tellReplayed(all);
    });
  }

  override discard(messageId: string): Promise<void> {
    const run = (_now: number, after: (effect: () => void) => void): void => {
      const gone = this.tables.discard(messageId);
      this.writer.noteDiscarded(gone.map(({ id }) => id));
      after(() => this.writer.tellDiscarded(gone));
    };
    return this.writer.change(`discard ${messageId}`, run, () => {
      const state = this.tables.find(messageId);
      return state?.purged === true ? () => this.writer.tellDiscarded([state]) : null;
    });
  }

  override find(messageId: string): Promise<RecordState | null> {
    return this.site.read('find', () => this.tables.find(messageId));
  }

  override deadLetter(messageId: string): Promise<DeadLetter | null> {
    return this.site.read('deadLetter', () => this.tables.deadLetter(messageId));
  }

  override async refreshStats(): Promise<void> {
    // The tables are the counters.
  }

  override stats(): OutboxStats {
    return this.tables.stats();
  }

  /** Nothing is old enough, but like every purge it is a write, and so renews a lost connection. */
  override purge(): Promise<number> {
    return this.writer.change('purge', () => 0);
  }

  override close(): Promise<void> {
    return this.writer.close();
  }

  /** A change that only who has the record may make. */
  private relayed<T>(
    what: string,
    run: (now: number, after: (effect: () => void) => void) => T,
  ): Promise<T> {
    const { share } = this;
    return this.writer.change(what, (now, after) => {
      if (share !== null) this.guard(share);
      return run(now, after);
    });
  }

  private guard(share: Share): void {
    try {
      this.tables.leases.check(share);
    } catch (error) {
      this.site.seen('a change of a zombie was refused');
      throw error;
    }
  }

  override note = unused;
  override noteChanges = unused;
  override auditHead = unused;
  override replayMatching = unused;
  override attempts = unused;
  override list = unused;
  override countDeadLetters = unused;
  override oldestOpenAt = unused;
  override storageHealth = unused;
  override checkpoint = unused;
  override tendBallast = unused;
}

function idsOf(rows: readonly { readonly id: number }[]): string {
  return rows.map(({ id }) => id).join('+');
}

function unused(): Promise<never> {
  const text = 'The simulated outbox does not have this.';
  return Promise.reject(new OutboxError('storage_unavailable', text));
}

function listen<T>(listeners: ((told: T) => void)[], listener: (told: T) => void): Unlisten {
  listeners.push(listener);
  return () => void listeners.splice(listeners.indexOf(listener), 1);
}
