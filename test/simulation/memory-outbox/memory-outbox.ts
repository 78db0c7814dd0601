import {
  OutboxError,
  OutboxStore,
  type Acceptance,
  type AppendedOffsets,
  type Acknowledgement,
  type Audit,
  type BatchEntry,
  type BatchKind,
  type DeadLetter,
  type Failure,
  type NewRecord,
  type OutboxRecord,
  type OutboxStats,
  type PageRequest,
  type PipelineState,
  type RecordState,
} from '@bridge/outbox';
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

  constructor(
    private readonly site: StoreSite,
    private readonly writer: MemoryWriter,
    override readonly incarnation: string,
    private readonly watch: BatchWatch,
  ) {
    super();
    this.tables = site.tables;
    this.outboxId = site.tables.outboxId;
  }

  override accept(records: readonly NewRecord[]): Promise<readonly Acceptance[]> {
    return this.writer.accept(records);
  }

  override onAccepted(listener: (records: readonly OutboxRecord[]) => void): void {
    this.writer.added.push(listener);
  }

  override onReplayed(listener: (records: readonly OutboxRecord[]) => void): void {
    this.writer.replayed.push(listener);
  }

  override onDiscarded(listener: (records: readonly RecordState[]) => void): void {
    this.writer.discarded.push(listener);
  }

  override onFatal(): void {
    // The simulated database is lost for a while at most.
  }

  override lastId(): Promise<number> {
    return Promise.resolve(this.writer.highestId);
  }

  override pendingPage(request: PageRequest): Promise<readonly OutboxRecord[]> {
    return this.site.read('pendingPage', () => this.tables.pendingPage(request));
  }

  override pendingOfTopic(
    topic: string,
    partition: number | null,
    limit: number,
    maxBytes: number,
  ): Promise<readonly OutboxRecord[]> {
    return this.site.read('pendingOfTopic', () =>
      this.tables.pendingOfTopic(topic, partition, limit, maxBytes),
    );
  }

  override dueRetries(now: number, limit: number): Promise<readonly OutboxRecord[]> {
    return this.site.read('dueRetries', () => this.tables.dueRetries(now, limit));
  }

  override dueTransactions(now: number, limit: number): Promise<readonly string[]> {
    return this.site.read('dueTransactions', () => this.tables.dueTransactions(now, limit));
  }

  override ofTransaction(transactionId: string): Promise<readonly OutboxRecord[]> {
    return this.site.read('ofTransaction', () => this.tables.ofTransaction(transactionId));
  }

  override nextRetryAt(): Promise<number | null> {
    return this.site.read('nextRetryAt', () => this.tables.nextRetryAt());
  }

  override keysInStatus(status: 'failed' | 'dlq') {
    return this.site.read('keysInStatus', () => this.tables.keysInStatus(status));
  }

  override unpublishedDeadLetters(limit: number, maxBytes: number): Promise<readonly DeadLetter[]> {
    return this.site.read('unpublished', () => this.tables.unpublishedDeadLetters(limit, maxBytes));
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
    return this.writer.change(`openBatch ${pipeline} ${idsOf(entries)}`, (now) => {
      const { pipelines } = this.tables;
      const number = pipelines.open(pipeline, kind, entries, this.incarnation, now);
      if (kind === 'records') this.tables.keepPartitions(entries);
      return number;
    });
  }

  override noteOffsets(
    pipeline: string,
    number: number,
    appended: readonly AppendedOffsets[],
  ): Promise<void> {
    return this.writer.change(`noteOffsets ${pipeline} ${number}`, () =>
      this.tables.pipelines.noteOffsets(pipeline, number, appended),
    );
  }

  override closeBatch(pipeline: string, number: number): Promise<readonly Acknowledgement[]> {
    this.watch.ending('close', pipeline, number);
    return this.writer.change(`closeBatch ${pipeline} ${number}`, (now) => {
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
    return this.writer.change(`abandonBatch ${pipeline} ${number}`, () =>
      this.tables.pipelines.abandon(pipeline, number),
    );
  }

  override noteLedger(pipeline: string): Promise<void> {
    return this.writer.change(`noteLedger ${pipeline}`, (now) => {
      this.tables.pipelines.make(pipeline).ledgerAt = now;
    });
  }

  override settle(acknowledgements: readonly Acknowledgement[]): Promise<void> {
    return this.writer.change(`settle ${idsOf(acknowledgements)}`, (now) =>
      this.tables.markSent(acknowledgements, now),
    );
  }

  override notePublished(ids: readonly number[]): Promise<void> {
    return this.writer.change('notePublished', (now) => this.tables.notePublished(ids, now, now));
  }

  override reschedule(failures: readonly (Failure & { readonly nextAt: number })[]): Promise<void> {
    return this.writer.change(`reschedule ${idsOf(failures)}`, () =>
      this.tables.reschedule(failures),
    );
  }

  override bury(failures: readonly Failure[]): Promise<readonly RecordState[]> {
    return this.writer.change(`bury ${idsOf(failures)}`, (now) => this.tables.bury(failures, now));
  }

  override replay(messageId: string, _audit: Audit, topic?: string): Promise<OutboxRecord> {
    const run = (_now: number, after: (effect: () => void) => void): OutboxRecord => {
      const replayed = this.tables.replay(messageId, topic);
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
