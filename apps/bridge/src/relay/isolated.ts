import type { DeliveryMode, OutboxRecord, OutboxStore } from '@bridge/outbox';
import type { Blocks } from './blocks.js';

interface Entry extends Pick<OutboxRecord, 'id' | 'topic' | 'key' | 'delivery'> {
  alone: boolean;
}

/** Records on the side at most, by id only. A full side makes the main pipeline wait instead. */
const MAX_ENTRIES = 5_000;
const LOAD_AT_ONCE = 100;

/** The records that a main pipeline has handed over: which of them is to be tried next, alone or with its like. */
export class Isolated {
  private readonly entries = new Map<number, Entry>();

  constructor(
    private readonly store: Pick<OutboxStore, 'load'>,
    private readonly blocks: Blocks,
  ) {}

  add(rows: readonly OutboxRecord[], alone: boolean): boolean {
    if (this.entries.size + rows.length > MAX_ENTRIES) return false;
    for (const { id, topic, key, delivery } of rows) {
      this.entries.set(id, { id, topic, key, delivery, alone });
      this.blocks.hold({ id, topic, key });
    }
    return true;
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

  /** The records go back to their main pipeline, which passes them over while their partition is in quarantine. */
  giveBack(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      this.entries.delete(id);
      this.blocks.release(entry, true);
    }
  }

  /** The next records to try, all of one topic and mode; empty when there are none that may go. */
  async next(maxBytes: number): Promise<OutboxRecord[]> {
    const ids = this.choose();
    if (ids.length === 0) return [];
    const loaded = await this.store.load(ids);
    const open = loaded.filter(({ status }) => status === 'pending');
    const present = new Set(open.map(({ id }) => id));
    this.giveBack(ids.filter((id) => !present.has(id)));
    let bytes = 0;
    return open.filter((row, position) => {
      bytes += row.value?.length ?? 0;
      return position === 0 || bytes <= maxBytes;
    });
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
