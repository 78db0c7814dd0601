import {
  NO_TENANT,
  laneOf,
  OutboxError,
  type Acceptance,
  type Acknowledgement,
  type ArrivedRecord,
  type DeadLetter,
  type DueTransaction,
  type Failure,
  type NewRecord,
  type OutboxRecord,
  type OutboxStats,
  type PageRequest,
  type RecordState,
  type RecordStatus,
} from '@bridge/outbox';
import { encodeHeaders } from '../../../libs/outbox/src/headers.js';
import { LeaseTables } from './memory-leases.js';
import { MemoryPipelines } from './memory-pipelines.js';
import { deadLetterOf, newRow, recordOf, stateOf, type MemoryRow } from './memory-row.js';

const MAX_ERROR = 500;

/** What survives the process: the tables of the outbox, each change at once and whole. */
export class MemoryTables {
  private readonly lanes: ReadonlySet<number> | null = null;
  readonly pipelines = new MemoryPipelines();
  readonly leases = new LeaseTables();
  private readonly rows = new Map<number, MemoryRow>();
  private readonly ids = new Map<string, MemoryRow>();
  private readonly settled = new Map<string, RecordState>();
  private readonly arrivals = new Set<number>();
  private readonly totals = {
    received: 0,
    sent: 0,
    failed: 0,
    retries: 0,
    buried: 0,
    replayed: 0,
    discarded: 0,
  };
  lastId = 0;

  constructor(readonly outboxId: string) {}

  // ── accept ──────────────────────────────────────────────────────────────────────────────────────
  /** All or none. @throws OutboxError `message_id_reused`. */
  accept(records: readonly NewRecord[], now: number): Acceptance[] {
    for (const { messageId, requestHash } of records) {
      const known = this.find(messageId) ?? records.find((one) => one.messageId === messageId);
      if (known !== undefined && !known.requestHash.equals(requestHash)) {
        const text = 'This message id was already accepted with other content.';
        throw new OutboxError('message_id_reused', text, { messageId });
      }
    }
    return records.map((record) => {
      const known = this.find(record.messageId);
      if (known !== null) return { outcome: 'duplicate', record: known };
      return { outcome: 'accepted', record: this.add(record, now) };
    });
  }

  private add(record: NewRecord, now: number): OutboxRecord {
    const { topic, key, value, headers, messageId } = record;
    const bytes = (key?.length ?? 0) + (value?.length ?? 0) + encodeHeaders(headers).length;
    const row = newRow(++this.lastId, record, laneOf(topic, key, messageId), bytes, now);
    this.rows.set(row.id, row);
    this.ids.set(messageId, row);
    this.totals.received++;
    return recordOf(row);
  }

  // ── what goes next ──────────────────────────────────────────────────────────────────────────────
  /** The same rows; what goes next is asked of these lanes only. */
  restrictedTo(lanes: readonly number[]): MemoryTables {
    const view = Object.create(this) as MemoryTables;
    return Object.assign(view, { lanes: new Set(lanes) });
  }

  waitingTenants(): string[] {
    const waiting = this.inStatus('pending', ({ tenant }) => tenant !== NO_TENANT);
    return [...new Set(waiting.map(({ tenant }) => tenant))];
  }

  pendingPage({ afterId, limit, maxBytes, delivery, lanes, tenant }: PageRequest): OutboxRecord[] {
    const found = this.inStatus('pending', (row) => {
      const mine = row.lane % lanes.modulo === lanes.remainder;
      const its = tenant === undefined || row.tenant === tenant;
      return row.id > afterId && row.delivery === delivery && mine && its;
    });
    return bounded(found.slice(0, limit), maxBytes).map(recordOf);
  }

  pendingOfTopic(
    topic: string,
    partition: number | null,
    limit: number,
    maxBytes: number,
  ): OutboxRecord[] {
    const found = this.inStatus('pending', (row) => {
      return row.topic === topic && (partition === null || row.partition === partition);
    });
    return bounded(found.slice(0, limit), maxBytes).map(recordOf);
  }

  dueRetries(now: number, limit: number): OutboxRecord[] {
    const due = this.due(now).filter(({ transaction }) => transaction === null);
    return due.slice(0, limit).map(recordOf);
  }

  dueTransactions(now: number, afterId: number, limit: number): DueTransaction[] {
    const firsts = this.due(now).filter(({ id, transaction }) => {
      return id > afterId && this.inTransaction(transaction?.id)[0]?.id === id;
    });
    return firsts
      .slice(0, limit)
      .flatMap(({ id, transaction }) =>
        transaction === null ? [] : [{ id: transaction.id, firstId: id }],
      );
  }

  ofTransaction(id: string): OutboxRecord[] {
    return this.inTransaction(id).map(recordOf);
  }

  private due(now: number): MemoryRow[] {
    return this.inStatus('failed', ({ nextAt }) => nextAt !== null && nextAt <= now);
  }

  private inTransaction(id: string | undefined): MemoryRow[] {
    return [...this.rows.values()].filter(
      ({ transaction, status }) =>
        transaction !== null && transaction.id === id && status !== 'sent',
    );
  }

  nextRetryAt(): number | null {
    const times = this.inStatus('failed').flatMap(({ nextAt }) => nextAt ?? []);
    return times.length === 0 ? null : Math.min(...times);
  }

  keysInStatus(status: 'failed' | 'dlq') {
    return this.inStatus(status).map(({ id, topic, key, replays, transaction }) => {
      return { id, topic, key, replays, transaction: transaction?.id ?? null };
    });
  }

  homeLanes(transactionIds: readonly string[]): ReadonlyMap<string, number> {
    const homes = transactionIds.map((id) => [id, this.inTransaction(id)[0]?.lane] as const);
    return new Map(homes.flatMap(([id, lane]) => (lane === undefined ? [] : [[id, lane]])));
  }

  noteArrived(ids: readonly number[]): void {
    for (const id of ids) if (this.open(id) !== undefined) this.arrivals.add(id);
  }

  arrived(transactionIds: readonly string[]): ArrivedRecord[] {
    return transactionIds.flatMap((transactionId) =>
      this.inTransaction(transactionId)
        .filter(({ id }) => this.arrivals.has(id))
        .map(({ id, topic, key, lane }) => ({ id, topic, key, lane, transactionId })),
    );
  }

  unpublishedDeadLetters(limit: number, maxBytes: number): DeadLetter[] {
    const found = this.inStatus('dlq', ({ publishedAt }) => publishedAt === null);
    return bounded(found.slice(0, limit), maxBytes).map(deadLetterOf);
  }

  load(ids: readonly number[]): OutboxRecord[] {
    const wanted = new Set(ids);
    return [...this.rows.values()]
      .filter(({ id, status }) => wanted.has(id) && status !== 'sent')
      .map(recordOf);
  }

  // ── settle ──────────────────────────────────────────────────────────────────────────────────────
  keepPartitions(entries: readonly { readonly id: number; readonly partition: number }[]): void {
    for (const { id, partition } of entries) {
      const row = this.open(id);
      if (row !== undefined) row.partition = partition;
    }
  }

  markSent(
    acknowledgements: readonly Acknowledgement[],
    now: number,
    batch: string | null = null,
  ): void {
    for (const { id, partition, offset } of acknowledgements) {
      const row = this.open(id);
      this.arrivals.delete(id);
      if (row === undefined) continue;
      Object.assign(row, { status: 'sent', sentAt: now, nextAt: null, partition, offset, batch });
      this.totals.sent++;
    }
  }

  notePublished(ids: readonly number[], buriedBy: number, now: number): void {
    for (const id of ids) {
      const row = this.rows.get(id);
      const due = row?.status === 'dlq' && (row.failedAt ?? 0) <= buriedBy;
      if (row !== undefined && due) row.publishedAt ??= now;
    }
  }

  reschedule(failures: readonly (Failure & { readonly nextAt: number })[]): void {
    for (const failure of failures) {
      const row = this.refuse(failure);
      if (row === undefined) continue;
      Object.assign(row, { status: 'failed', nextAt: failure.nextAt });
      this.totals.retries++;
    }
  }

  bury(failures: readonly Failure[], now: number): RecordState[] {
    const buried = failures.flatMap((failure) => {
      const row = this.refuse(failure);
      if (row === undefined) return [];
      Object.assign(row, { status: 'dlq', failedAt: now, publishedAt: null, nextAt: null });
      this.totals.buried++;
      return [stateOf(row)];
    });
    return buried.toSorted((a, b) => a.id - b.id);
  }

  private refuse({ id, code, error }: Failure): MemoryRow | undefined {
    const row = this.open(id);
    if (row === undefined) return undefined;
    row.attempts++;
    row.lastErrorCode = code;
    row.lastError = error.slice(0, MAX_ERROR);
    this.totals.failed++;
    return row;
  }

  // ── dead letters ────────────────────────────────────────────────────────────────────────────────
  /** The record, and the others of its transaction with it. */
  replay(messageId: string, topic: string | undefined): OutboxRecord[] {
    const row = this.dead(messageId);
    const others = this.othersOf(row);
    if (others.some(({ status }) => status !== 'dlq')) throw notReplayable(messageId);
    if (row.transaction !== null && others.length + 1 !== row.transaction.size) {
      throw notReplayable(messageId);
    }
    const replayed = [this.putBack(row, topic), ...others.map((other) => this.putBack(other))];
    return replayed.toSorted((a, b) => a.id - b.id);
  }

  private othersOf(row: MemoryRow): MemoryRow[] {
    return this.inTransaction(row.transaction?.id).filter(({ id }) => id !== row.id);
  }

  private putBack(row: MemoryRow, topic?: string): OutboxRecord {
    const elsewhere = topic !== undefined && topic !== row.topic;
    if (elsewhere) {
      const lane = laneOf(topic, row.key, row.messageId);
      Object.assign(row, { topic, lane, requestedPartition: null });
    }
    Object.assign(row, {
      status: 'pending',
      attempts: 0,
      replays: row.replays + 1,
      partition: row.requestedPartition,
      offset: null,
      nextAt: null,
      failedAt: null,
      publishedAt: null,
      lastError: null,
      lastErrorCode: null,
    });
    this.totals.replayed++;
    return recordOf(row);
  }

  /** The record, and the others of its transaction with it. */
  discard(messageId: string): RecordState[] {
    const row = this.dead(messageId);
    const dead = [row, ...this.othersOf(row).filter(({ status }) => status === 'dlq')];
    return dead.toSorted((a, b) => a.id - b.id).map((one) => this.forget(one));
  }

  private forget(row: MemoryRow): RecordState {
    const gone: RecordState = { ...stateOf(row), purged: true };
    this.rows.delete(row.id);
    this.arrivals.delete(row.id);
    this.ids.delete(row.messageId);
    this.settled.set(row.messageId, { ...gone, key: null, lastError: null });
    this.totals.discarded++;
    return gone;
  }

  private dead(messageId: string): MemoryRow {
    const row = this.ids.get(messageId);
    if (row?.status === 'dlq') return row;
    if (this.find(messageId) === null) {
      throw new OutboxError('not_found', 'No record has this message id.', { messageId });
    }
    throw notReplayable(messageId);
  }

  // ── ask ─────────────────────────────────────────────────────────────────────────────────────────
  find(messageId: string): RecordState | null {
    const row = this.ids.get(messageId);
    return row === undefined ? (this.settled.get(messageId) ?? null) : stateOf(row);
  }

  deadLetter(messageId: string): DeadLetter | null {
    const row = this.ids.get(messageId);
    return row?.status === 'dlq' ? deadLetterOf(row) : null;
  }

  all(): readonly MemoryRow[] {
    return [...this.rows.values()];
  }

  stats(): OutboxStats {
    const rows: Record<RecordStatus, number> = { pending: 0, failed: 0, sent: 0, dlq: 0 };
    let openBytes = 0;
    for (const { status, bytes } of this.rows.values()) {
      rows[status]++;
      if (status === 'pending' || status === 'failed') openBytes += bytes;
    }
    return { rows, openBytes, totals: { ...this.totals } };
  }

  private inStatus(
    status: RecordStatus,
    wanted: (row: MemoryRow) => boolean = () => true,
  ): MemoryRow[] {
    const { lanes } = this;
    return [...this.rows.values()].filter((row) => {
      return row.status === status && (lanes === null || lanes.has(row.lane)) && wanted(row);
    });
  }

  private open(id: number): MemoryRow | undefined {
    const row = this.rows.get(id);
    return row?.status === 'pending' || row?.status === 'failed' ? row : undefined;
  }
}

function notReplayable(messageId: string): OutboxError {
  return new OutboxError('not_replayable', 'The record is not a dead letter.', { messageId });
}

/** The first rows whose bytes pass the bound: one at least. */
function bounded(rows: readonly MemoryRow[], maxBytes: number): MemoryRow[] {
  let before = 0;
  return rows.filter(({ bytes }) => {
    const fits = before <= maxBytes;
    before += bytes;
    return fits;
  });
}
