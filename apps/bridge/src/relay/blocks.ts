import type { OutboxRecord } from '@bridge/outbox';
import { InFlight } from './in-flight.js';

/** What must be delivered in order: all records of one key of one topic. A record without a key stands alone. */
export function orderKey(record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>): string {
  return record.key === null
    ? `#${record.id}`
    : `${record.topic}\u0000${record.key.toString('latin1')}`;
}

const NOBODY: ReadonlySet<number> = new Set();

interface KeyBlock {
  /** Records of the key that are on the side (isolated, failed, parked). The others wait for them. */
  readonly holders: Set<number>;
  /** The first record that a main pipeline has passed over because of this block. */
  firstSkipped: number | null;
}

export interface Quarantine {
  readonly topic: string;
  /** null: the whole topic. */
  readonly partition: number | null;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly since: number;
  nextProbeAt: number;
  failures: number;
  firstSkipped: number | null;
}

/** Called with the first id that may be waiting again because a block has ended. */
export type Released = (fromId: number) => void;

/** Called with a record that has been settled: a main pipeline may hold an old copy of it in memory. */
export type Settled = (id: number) => void;

/**
 * Who must wait although it is well: records of a key that has an earlier record on the side, and records of a
 * topic or partition in quarantine. A main pipeline passes over them and remembers only the first; when a
 * block ends it goes back to that one. So a block costs no memory for what waits behind it.
 */
export class Blocks {
  private readonly keys = new Map<string, KeyBlock>();
  /** The order keys of dead letters, by id: only these are the operator's to let go. */
  private readonly parked = new Map<number, { readonly key: string; readonly replays: number }>();
  /** Records of transactions that wait for the others of theirs, which they do not hold up. */
  private readonly parts = new Set<number>();
  private readonly quarantines = new Map<string, Quarantine>();
  /** What main pipelines are sending, which the side must not send too. */
  readonly inFlight = new InFlight();

  constructor(
    private readonly released: Released,
    private readonly settled: Settled,
  ) {}

  get blockedKeys(): number {
    return this.keys.size;
  }

  /** The record is on the side from now on. */
  hold(record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>): void {
    this.parked.delete(record.id);
    this.parts.delete(record.id);
    const key = orderKey(record);
    const block = this.keys.get(key);
    if (block === undefined) {
      this.keys.set(key, { holders: new Set([record.id]), firstSkipped: null });
    } else {
      block.holders.add(record.id);
    }
  }

  /** The record is settled, or goes back to its main pipeline (`again`). */
  release(record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>, again = false): void {
    if (!again) this.settled(record.id);
    const key = orderKey(record);
    const block = this.keys.get(key);
    if (block === undefined || !block.holders.has(record.id)) return;
    if (again) block.firstSkipped = earlier(block.firstSkipped, record.id);
    this.goBackTo(this.drop(key, block, record.id));
  }

  /**
   * The record goes back to its main pipeline, which has to pass it over because of this quarantine: so it goes
   * back there when the quarantine ends, and no page is read before.
   */
  leaveTo(quarantine: Quarantine, record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>): void {
    const key = orderKey(record);
    const block = this.keys.get(key);
    if (block === undefined || !block.holders.has(record.id)) return;
    quarantine.firstSkipped = earlier(quarantine.firstSkipped, record.id);
    const freed = this.drop(key, block, record.id);
    if (freed !== null) quarantine.firstSkipped = earlier(quarantine.firstSkipped, freed);
  }

  /** The record is on the side and waits there for the rest of its transaction. */
  holdPart(record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>): void {
    this.hold(record);
    this.parts.add(record.id);
  }

  /**
   * The record is a dead letter, or is about to become one: said before the commit, since a replay can share that
   * commit and be told of it first.
   */
  park(record: Pick<OutboxRecord, 'id' | 'topic' | 'key' | 'replays'>): void {
    this.hold(record);
    this.parked.set(record.id, { key: orderKey(record), replays: record.replays });
  }

  parkedIds(): readonly number[] {
    return [...this.parked.keys()];
  }

  /**
   * The dead letter lets its key go: it was replayed (perhaps to another topic) or discarded, or letters do not
   * hold their keys. Nothing happens to a record that the side has now: it deals with it by itself.
   * @param replays how often it has been replayed by then: the word of a replay by another instance may come when
   * it is a dead letter again.
   */
  unpark(id: number, replays = Number.POSITIVE_INFINITY): void {
    const letter = this.parked.get(id);
    if (letter === undefined || letter.replays >= replays) return;
    const { key } = letter;
    this.parked.delete(id);
    this.settled(id);
    const block = this.keys.get(key);
    if (block !== undefined) this.goBackTo(this.drop(key, block, id));
  }

  /**
   * Whether a main pipeline must pass over this record; it is then remembered.
   * @param together records that hold nothing up for this one, since they go with it.
   */
  passOver(
    record: OutboxRecord,
    partition: number | null,
    together: ReadonlySet<number> = NOBODY,
  ): boolean {
    const block = this.blockAhead(record, together) ?? this.quarantineOf(record.topic, partition);
    if (block === undefined) return false;
    block.firstSkipped = earlier(block.firstSkipped, record.id);
    return true;
  }

  /** A dead letter that is parked holds back what comes after it, and nothing else. */
  private blockAhead(record: OutboxRecord, together: ReadonlySet<number>): KeyBlock | undefined {
    const block = this.keys.get(orderKey(record));
    return block !== undefined && isBlocked(block, record.id, together) ? block : undefined;
  }

  /** Whether this very record is on the side. */
  holds(record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>): boolean {
    return this.keys.get(orderKey(record))?.holders.has(record.id) === true;
  }

  /** Whether an earlier record of the same key is on the side and not among `with`. */
  hasEarlierHolder(
    record: Pick<OutboxRecord, 'id' | 'topic' | 'key'>,
    together: ReadonlySet<number>,
  ): boolean {
    const block = this.keys.get(orderKey(record));
    if (block === undefined) return false;
    for (const holder of block.holders) {
      if (holder < record.id && !together.has(holder)) return true;
    }
    return false;
  }

  /** @returns the first record that was passed over and need not wait any more; null when there is none. */
  private drop(key: string, block: KeyBlock, id: number): number | null {
    block.holders.delete(id);
    this.parts.delete(id);
    if (block.holders.size === 0) this.keys.delete(key);
    const first = block.firstSkipped;
    if (first === null || isBlocked(block, first, this.parts)) return null;
    // Whoever is passed over again on the way from there is remembered again.
    block.firstSkipped = null;
    return first;
  }

  private goBackTo(id: number | null): void {
    if (id !== null) this.released(id);
  }

  // ── quarantine ──────────────────────────────────────────────────────────────────────────────────
  quarantine(
    topic: string,
    partition: number | null,
    code: string,
    now: number,
    backoffMs: number,
  ): void {
    const name = quarantineName(topic, partition);
    if (this.quarantines.has(name)) return;
    this.quarantines.set(name, {
      topic,
      partition,
      code,
      since: now,
      nextProbeAt: now + backoffMs,
      failures: 0,
      firstSkipped: null,
    });
  }

  quarantineOf(topic: string, partition: number | null): Quarantine | undefined {
    const whole = this.quarantines.get(quarantineName(topic, null));
    if (whole !== undefined || partition === null) return whole;
    return this.quarantines.get(quarantineName(topic, partition));
  }

  quarantined(): readonly Quarantine[] {
    return [...this.quarantines.values()];
  }

  /** The topic, or this partition of it, takes records again. */
  lift(topic: string, partition: number | null): void {
    for (const name of [quarantineName(topic, null), quarantineName(topic, partition)]) {
      const quarantine = this.quarantines.get(name);
      if (quarantine === undefined) continue;
      this.quarantines.delete(name);
      this.goBackTo(quarantine.firstSkipped);
    }
  }
}

/** A record waits only for what is on the side and comes before it, or is itself. */
function isBlocked(block: KeyBlock, id: number, together: ReadonlySet<number>): boolean {
  for (const holder of block.holders) if (holder <= id && !together.has(holder)) return true;
  return false;
}

function quarantineName(topic: string, partition: number | null): string {
  return partition === null ? topic : `${topic}\u0000${partition}`;
}

function earlier(known: number | null, id: number): number {
  return known === null ? id : Math.min(known, id);
}
