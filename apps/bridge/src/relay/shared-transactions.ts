import type { OutboxStore } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Unit } from './transaction-unit.js';

/** Nothing is lost when news is: what waits for another instance is looked at this often. Milliseconds. */
const LOOK_MS = 1_000;
/** Transactions and records in one question. */
const AT_ONCE = 500;

export type SharedTransactionStore = Pick<
  OutboxStore,
  'homeLanes' | 'noteArrived' | 'arrived' | 'load'
>;

/**
 * Transactions with records in lanes of several instances. The instance that has the lane of the first record sends
 * the whole transaction. Each of the others keeps the key of its record from the moment at which nothing comes before
 * it, tells so, and lets the key go when it sees the record settled.
 */
export class SharedTransactions {
  private lookAt = 0;
  /** Something was replayed or discarded since the last look began: what that has found may be old. */
  private doubted = false;

  constructor(
    private readonly store: SharedTransactionStore,
    private readonly blocks: Blocks,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly lanes: ReadonlySet<number>,
    /** Whether a dead letter blocks its key. */
    private readonly parks: boolean,
  ) {}

  /** Another instance may have settled something, or told of a record. */
  lookSoon(): void {
    this.lookAt = 0;
  }

  /** Dead letters were replayed or discarded. */
  lookAgain(): void {
    this.doubted = true;
    this.lookAt = 0;
  }

  isHome(lane: number): boolean {
    return this.lanes.has(lane);
  }

  async arrange(units: ReadonlyMap<string, Unit>): Promise<void> {
    if (units.size === 0) return;
    await this.findHomes(units);
    await this.tell(units);
    const now = this.clock.now();
    if (now < this.lookAt) return;
    this.lookAt = now + LOOK_MS;
    await this.gather(units);
    await this.letGo(units);
  }

  private async findHomes(units: ReadonlyMap<string, Unit>): Promise<void> {
    const unknown = [...units].filter(([, { home }]) => home === 'unknown').slice(0, AT_ONCE);
    if (unknown.length === 0) return;
    const lanes = await this.store.homeLanes(unknown.map(([id]) => id));
    for (const [id, unit] of unknown) {
      const lane = lanes.get(id);
      // One that is settled is let go at the next look.
      unit.home = lane !== undefined && this.lanes.has(lane) ? 'here' : 'elsewhere';
    }
  }

  private async tell(units: ReadonlyMap<string, Unit>): Promise<void> {
    const untold = [...units.values()]
      .filter(({ home, parts, told }) => home === 'elsewhere' && told.size < parts.size)
      .flatMap((unit) => [...unit.parts.keys()].map((id) => ({ id, told: unit.told })))
      .filter(({ id, told }) => !told.has(id))
      .slice(0, AT_ONCE);
    if (untold.length === 0) return;
    await this.store.noteArrived(untold.map(({ id }) => id));
    for (const { id, told } of untold) told.add(id);
  }

  /** Records that other instances keep for the transactions which are sent from here. */
  private async gather(units: ReadonlyMap<string, Unit>): Promise<void> {
    const incomplete = [...units]
      .filter(([, { home, parts, size }]) => home === 'here' && parts.size < size)
      .slice(0, AT_ONCE)
      .map(([id]) => id);
    if (incomplete.length === 0) return;
    for (const { id, topic, key, lane, transactionId } of await this.store.arrived(incomplete)) {
      // What has arrived before its lane came here has to come by again, so that its key is kept here.
      if (this.lanes.has(lane)) continue;
      units.get(transactionId)?.parts.set(id, { id, topic, key });
    }
  }

  private async letGo(units: ReadonlyMap<string, Unit>): Promise<void> {
    const kept = [...units.values()].filter(({ home }) => home === 'elsewhere');
    const parts = kept.flatMap((unit) => [...unit.parts.values()]);
    this.doubted = false;
    for (let at = 0; at < parts.length; at += AT_ONCE) {
      const some = parts.slice(at, at + AT_ONCE);
      const found = new Map(
        (await this.store.load(some.map(({ id }) => id))).map((row) => [row.id, row]),
      );
      if (this.doubted) return;
      for (const part of some) {
        const row = found.get(part.id);
        if (row?.status === 'pending' || row?.status === 'failed') continue;
        if (row?.status === 'dlq' && row.key !== null && this.parks) this.blocks.park(row);
        else this.blocks.release(part);
        for (const unit of kept) unit.parts.delete(part.id);
      }
    }
  }
}
