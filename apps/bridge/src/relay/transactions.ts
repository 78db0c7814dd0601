import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { orderKey, type Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import { clusterBackoff } from './retry-policy.js';
import type { SharedTransactions } from './shared-transactions.js';
import { newUnit, type Part, type Unit } from './transaction-unit.js';

/** Records of transactions in memory at most, by id only, unless an older transaction is in need of room. */
const MAX_PARTS = 5_000;
const TOGETHER = 20;
const DUE_AT_ONCE = 10;
/** Of a transaction that comes round by the time of its next try, if it is sent from here. */
const UNKNOWN_SIZE = 0;

/** All records of one transaction, ready to be sent together. */
export interface WholeTransaction {
  readonly id: string;
  readonly rows: readonly OutboxRecord[];
}

/**
 * The transactions that wait for their turn. A main pipeline meets a transaction's record in the order of its
 * key, hands it over here, and from then on its key waits. When every record of a transaction is here, nothing
 * comes before any of them, and they go out in one batch. Transactions complete in the order of their ids, since
 * each pipeline meets their records in that order: so none waits for another in a circle.
 */
export class Transactions {
  private readonly units = new Map<string, Unit>();
  /** Replayed or discarded while it is looked what has become of them. */
  private readonly changed = new Set<number>();
  /** Failed transactions are looked at from this id on. */
  private dueAfter = 0;

  constructor(
    private readonly store: Pick<OutboxStore, 'ofTransaction' | 'dueTransactions'>,
    private readonly blocks: Blocks,
    private readonly clock: Clock,
    /** Whether a dead letter blocks its key. */
    private readonly parks: boolean,
    /** Null: every lane is this relay's. */
    private readonly shared: SharedTransactions | null,
  ) {}

  /** The records of this one's transaction that are here. */
  together({ transaction }: OutboxRecord): ReadonlySet<number> {
    const unit = transaction === null ? undefined : this.units.get(transaction.id);
    return new Set(unit?.parts.keys());
  }

  /** Takes a record over from its main pipeline. False: there is no room, and nothing was taken. */
  handOver(record: OutboxRecord): boolean {
    const { transaction } = record;
    if (transaction === null) throw new Error(`Record ${record.id} belongs to no transaction.`);
    const unit = this.units.get(transaction.id);
    if (unit === undefined && this.count() >= MAX_PARTS && !this.isOldest(record.id)) return false;
    const { id, topic, key } = record;
    const known = unit ?? this.begin(transaction.id, transaction.size);
    known.parts.set(id, { id, topic, key });
    this.blocks.holdPart({ id, topic, key });
    return true;
  }

  /** A record that Kafka has refused in an earlier life of this relay: if another instance sends it, its key waits here. */
  keepFailed(part: Part, transactionId: string): void {
    if (this.shared === null) return;
    const unit = this.units.get(transactionId) ?? this.begin(transactionId, UNKNOWN_SIZE);
    unit.parts.set(part.id, part);
  }

  /** Another instance may have settled something, or told of a record. */
  lookElsewhere(): void {
    this.shared?.lookSoon();
  }

  /** An operator has replayed or discarded this record. If it is here, the next look at it tells what to do. */
  lookAgain(id: number): void {
    if (this.units.size > 0) this.changed.add(id);
    this.shared?.lookAgain();
  }

  /** Other instances may have replayed or discarded anything. */
  lookAgainAtAll(): void {
    this.shared?.lookAgain();
  }

  /** Those that go out next, in one batch; empty when none may go. */
  async next(maxBytes: number): Promise<readonly WholeTransaction[]> {
    this.changed.clear();
    await this.arrange();
    const failed = await this.nextFailed();
    if (failed !== null) return [failed];
    const chosen: WholeTransaction[] = [];
    let bytes = 0;
    for (const [id, unit] of this.ready()) {
      const rows = await this.store.ofTransaction(id);
      if (!this.isPending(id, unit, rows)) continue;
      bytes += bytesOf(rows);
      if (chosen.length > 0 && (unit.alone || bytes > maxBytes)) break;
      chosen.push({ id, rows });
      if (unit.alone) break;
    }
    return chosen;
  }

  /** When the next one may be tried again after the cluster's trouble (epoch milliseconds); infinite: none waits so. */
  get nextTryAt(): number {
    const now = this.clock.now();
    const ahead = [...this.units.values()].map((unit) => unit.nextTryAt).filter((at) => at > now);
    return Math.min(Number.POSITIVE_INFINITY, ...ahead);
  }

  /** They are settled, failed or buried: whoever holds their keys now, it is not this list. */
  forget(id: string): void {
    this.units.delete(id);
  }

  /** Each is to be tried by itself. */
  separate(whole: readonly WholeTransaction[]): void {
    for (const { id, rows } of whole) this.unitOf(id, rows).alone = true;
  }

  /** The cluster's trouble, which counts no attempt: they are tried again later. */
  wait(whole: readonly WholeTransaction[]): void {
    for (const { id, rows } of whole) {
      const unit = this.unitOf(id, rows);
      unit.failed = rows.some(({ status }) => status === 'failed');
      unit.nextTryAt = this.clock.now() + clusterBackoff(unit.failures++, this.clock.random());
    }
  }

  /** The database has failed with them: what has become of them is looked up before they are sent again. */
  keep(whole: readonly WholeTransaction[]): void {
    for (const { id, rows } of whole) {
      const unit = this.unitOf(id, rows);
      for (const row of rows) this.blocks.hold(row);
      unit.alone = true;
      unit.failed = false;
    }
  }

  private begin(id: string, size: number): Unit {
    const unit = newUnit(size, this.shared === null ? 'here' : 'unknown');
    this.units.set(id, unit);
    return unit;
  }

  private count(): number {
    let count = 0;
    for (const { parts } of this.units.values()) count += parts.size;
    return count;
  }

  private async arrange(): Promise<void> {
    await this.shared?.arrange(this.units);
    for (const [id, { home, parts, size }] of this.units) {
      const isFailedHere = home === 'here' && size === UNKNOWN_SIZE;
      if (parts.size === 0 || isFailedHere) this.units.delete(id);
    }
  }

  private unitOf(id: string, rows: readonly OutboxRecord[]): Unit {
    const unit = this.units.get(id) ?? this.begin(id, rows.length);
    for (const row of rows) {
      if (unit.parts.has(row.id)) continue;
      unit.parts.set(row.id, { id: row.id, topic: row.topic, key: row.key });
    }
    return unit;
  }

  /** Whoever waits here for the records of other pipelines may wait for those behind this one. */
  private isOldest(id: number): boolean {
    for (const { parts } of this.units.values()) {
      for (const part of parts.keys()) if (part > id) return true;
    }
    return false;
  }

  private ready(): readonly (readonly [string, Unit])[] {
    const now = this.clock.now();
    const found: (readonly [string, Unit])[] = [];
    for (const [id, unit] of this.units) {
      if (unit.home !== 'here' || unit.failed) continue;
      if (unit.parts.size < unit.size || unit.nextTryAt > now) continue;
      const own = new Set(unit.parts.keys());
      if ([...unit.parts.values()].some((part) => this.blocks.hasEarlierHolder(part, own)))
        continue;
      found.push([id, unit]);
      if (found.length >= TOGETHER) break;
    }
    return found;
  }

  /** One that Kafka had refused and whose time has come. */
  private async nextFailed(): Promise<WholeTransaction | null> {
    const now = this.clock.now();
    const due = await this.store.dueTransactions(now, this.dueAfter, DUE_AT_ONCE);
    // Those that cannot go yet must not stand before the others for ever: the next look begins behind them.
    this.dueAfter = due.length < DUE_AT_ONCE ? 0 : (due.at(-1)?.firstId ?? 0);
    for (const { id } of due) {
      if ((this.units.get(id)?.nextTryAt ?? 0) > now) continue;
      const rows = await this.store.ofTransaction(id);
      const own = new Set(rows.map((row) => row.id));
      const isWhole = rows.every((row) => row.status === 'failed');
      const [first] = rows;
      if (!isWhole || first === undefined || this.shared?.isHome(first.lane) === false) continue;
      if (rows.some((row) => this.blocks.hasEarlierHolder(row, own))) continue;
      return { id, rows };
    }
    return null;
  }

  /** Whether they all wait to be sent; if not, their keys are let go as what was found demands. */
  private isPending(id: string, unit: Unit, rows: readonly OutboxRecord[]): boolean {
    if (rows.some((row) => this.changed.has(row.id))) return false;
    const here = rows.length === unit.size && rows.every((row) => this.isHere(unit, row));
    if (here) return true;
    const found = new Map(rows.map((row) => [row.id, row]));
    this.forget(id);
    for (const part of unit.parts.values()) {
      const row = found.get(part.id);
      if (row?.status === 'failed') continue;
      if (row?.status === 'dlq' && row.key !== null && this.parks) this.blocks.park(row);
      else this.blocks.release(part, true);
    }
    return false;
  }

  /** A record that was replayed to another topic has another key to wait for: its main pipeline's. */
  private isHere(unit: Unit, row: OutboxRecord): boolean {
    const part = unit.parts.get(row.id);
    return row.status === 'pending' && part !== undefined && orderKey(part) === orderKey(row);
  }
}

function bytesOf(rows: readonly OutboxRecord[]): number {
  return rows.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
}
