import type { DeliveryMode, OutboxRecord, OutboxStore } from '@bridge/outbox';
import { orderKey, type Blocks, type Quarantine } from './blocks.js';

interface Entry extends Pick<OutboxRecord, 'id' | 'topic' | 'key' | 'delivery'> {
  alone: boolean;
}

/** Records on the side at most, by id only. A full side makes the main pipeline wait instead. */
const MAX_ENTRIES = 5_000;
const LOAD_AT_ONCE = 100;

/** The records that a main pipeline has handed over: which of them is to be tried next, alone or with its like. */
export class Isolated {
  private readonly entries = new Map<number, Entry>();
  /** Replayed or discarded while it is looked what has become of them: what is found may be older than that. */
  private readonly changed = new Set<number>();

  constructor(
    private readonly store: Pick<OutboxStore, 'load'>,
    private readonly blocks: Blocks,
    /** Whether a dead letter blocks its key. */
    private readonly parks: boolean,
  ) {}

  hasRoomFor(rows: readonly OutboxRecord[]): boolean {
    return this.entries.size + rows.length <= MAX_ENTRIES;
  }

  add(rows: readonly OutboxRecord[], alone: boolean): void {
    for (const { id, topic, key, delivery } of rows) {
      this.entries.set(id, { id, topic, key, delivery, alone });
      this.blocks.hold({ id, topic, key });
    }
  }

  /** Each of these is to be tried alone from now on. */
  separate(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry !== undefined) entry.alone = true;
    }
  }

  /** The records are settled, failed or buried: whoever holds them now, it is not this list. */
  forget(ids: readonly number[]): void {
    for (const id of ids) this.entries.delete(id);
  }

  /** An operator has replayed or discarded this record. If it is here, the next look at it tells what to do. */
  lookAgain(id: number): void {
    if (this.entries.has(id)) this.changed.add(id);
  }

  /**
   * The records go back to their main pipeline, at once or when the quarantine ends that they are under. What
   * comes after them in the order of their keys goes along: on the side it would overtake them.
   */
  giveBack(ids: readonly number[], until?: Quarantine): void {
    for (const entry of this.withLater(ids)) {
      this.entries.delete(entry.id);
      if (until === undefined) this.blocks.release(entry, true);
      else this.blocks.leaveTo(until, entry);
    }
  }

  private withLater(ids: readonly number[]): Entry[] {
    const first = new Map<string, number>();
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      const key = orderKey(entry);
      first.set(key, Math.min(first.get(key) ?? id, id));
    }
    return [...this.entries.values()].filter((entry) => {
      return entry.id >= (first.get(orderKey(entry)) ?? Number.POSITIVE_INFINITY);
    });
  }

  /** The next records to try, all of one topic and mode; empty when there are none that may go. */
  async next(maxBytes: number): Promise<OutboxRecord[]> {
    const ids = this.choose();
    if (ids.length === 0) return [];
    this.changed.clear();
    const loaded = await this.store.load(ids);
    const open = loaded.filter((row) => this.waitsHere(row));
    this.letGo(ids, loaded);
    let bytes = 0;
    return open.filter((row, position) => {
      bytes += row.value?.length ?? 0;
      return position === 0 || bytes <= maxBytes;
    });
  }

  /** Whatever does not wait any more has been dealt with. What still blocks its key goes on doing so. */
  private letGo(ids: readonly number[], loaded: readonly OutboxRecord[]): void {
    const found = new Map(loaded.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = found.get(id);
      if (this.changed.has(id) || (row !== undefined && this.waitsHere(row))) continue;
      const isParked = row?.status === 'dlq' && row.key !== null && this.parks;
      if (row?.status === 'failed' || isParked) this.entries.delete(id);
      else this.giveBack([id]);
      if (isParked) this.blocks.park(row);
    }
  }

  /** A record that was buried unheard and then replayed to another topic is its main pipeline's. */
  private waitsHere(row: OutboxRecord): boolean {
    const entry = this.entries.get(row.id);
    return row.status === 'pending' && entry !== undefined && orderKey(entry) === orderKey(row);
  }

  private choose(): number[] {
    const together = new Set<number>();
    let first: Entry | null = null;
    for (const entry of this.entries.values()) {
      if (together.size >= LOAD_AT_ONCE) break;
      if (first !== null && !likeFirst(first, entry)) continue;
      if (this.blocks.hasEarlierHolder(entry, together)) continue;
      together.add(entry.id);
      if (entry.alone) break;
      first ??= entry;
    }
    return [...together];
  }
}

function likeFirst(
  first: { topic: string; delivery: DeliveryMode },
  entry: { topic: string; delivery: DeliveryMode; alone: boolean },
): boolean {
  return !entry.alone && entry.topic === first.topic && entry.delivery === first.delivery;
}
