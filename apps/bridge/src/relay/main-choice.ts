import type { KafkaError, TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { FairFeed } from './fair-feed.js';
import { outgoingRecord, type Outgoing } from './outgoing.js';
import { place } from './placement.js';
import type { SideDoor } from './side-door.js';

/** The rows of a batch, and the same as Kafka gets them. */
interface Selection {
  readonly rows: readonly OutboxRecord[];
  readonly batch: readonly Outgoing[];
}

export interface MainChoicePorts {
  readonly feed: FairFeed;
  readonly blocks: Blocks;
  readonly side: SideDoor;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
}

/** Which of the records that a main pipeline has taken go out together, and to which partitions. */
export class MainChoice {
  constructor(private readonly ports: MainChoicePorts) {}

  /**
   * Choosing takes time, in which blocks may have come and gone. Nothing is awaited between this and the moment
   * at which the batch is known to be in flight.
   */
  lastLook({ rows, batch }: Selection): Selection {
    const { feed, blocks } = this.ports;
    if (feed.goesBack) {
      // A block has ended, so a record that was passed over comes before these: all are read again, in order.
      feed.putBack(rows);
      return { rows: [], batch: [] };
    }
    const free = rows.map((row, index) => {
      return !feed.isGone(row.id) && !blocks.passOver(row, batch[index]?.partition ?? null);
    });
    return {
      rows: rows.filter((_, index) => free[index]),
      batch: batch.filter((_, index) => free[index]),
    };
  }

  /**
   * Hands records of transactions over to the side, each when everything before it in its key is settled.
   * @returns those for which there was no room, or all when they are read again first.
   */
  async handOver(taken: readonly OutboxRecord[]): Promise<readonly OutboxRecord[]> {
    const { feed, blocks, side, topics, clock } = this.ports;
    const partitions: (number | null)[] = [];
    for (const record of taken) {
      const placement = await place(record, topics, clock);
      // One that cannot be placed is the side's to judge, with its whole transaction.
      partitions.push('partition' in placement ? placement.partition : null);
    }
    if (feed.goesBack) return taken;
    for (const [index, record] of taken.entries()) {
      const together = side.together(record);
      if (feed.isGone(record.id) || together.has(record.id)) continue;
      if (blocks.passOver(record, partitions[index] ?? null, together)) continue;
      if (!side.handOver(record)) return taken.slice(index);
    }
    return [];
  }

  /** Leaves out who must wait, and chooses the partitions that are not chosen yet. */
  async select(taken: readonly OutboxRecord[]): Promise<Selection> {
    const { blocks, topics, side, clock } = this.ports;
    const rows: OutboxRecord[] = [];
    const batch: Outgoing[] = [];
    const refused = new Map<
      string,
      { readonly error: KafkaError; readonly alike: OutboxRecord[] }
    >();
    for (const record of taken) {
      if (blocks.passOver(record, record.partition)) continue;
      const placement = await place(record, topics, clock);
      if ('partition' in placement) {
        if (blocks.passOver(record, placement.partition)) continue;
        rows.push(record);
        batch.push(outgoingRecord(record, placement.partition));
        continue;
      }
      const { error } = placement;
      if (error.scope === 'record') {
        const same = refused.get(error.message) ?? { error, alike: [] };
        same.alike.push(record);
        refused.set(error.message, same);
        continue;
      }
      // The whole topic is missing, or cannot be asked for: its records wait apart from the others.
      blocks.quarantine(record.topic, null, error.code, clock.now(), 0);
      blocks.passOver(record, null);
    }
    // A verdict is a commit, and everybody else waits for it: one for all that have the same fault.
    for (const { error, alike } of refused.values()) await side.judge(alike, error);
    return { rows, batch };
  }
}
