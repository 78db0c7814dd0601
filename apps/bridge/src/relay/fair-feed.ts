import type { OutboxRecord } from '@bridge/outbox';
import type { Feed } from './feed.js';
import { FLOOD_SHARE, type TenantFeeds, type Way } from './tenant-feeds.js';

/** While others send, and for as long after it, a batch of those with a backlog is a small one. Milliseconds. */
const CALM_MS = 10_000;

/**
 * The records that wait for one pipeline, in the order of their ids within each tenant. Every batch has room for each
 * tenant that has any: nobody waits behind the backlog of another.
 */
export class FairFeed {
  private turn = 0;

  constructor(
    private readonly all: TenantFeeds,
    private readonly way: Way,
  ) {}

  /** Records from this id on may be waiting again. Takes effect at the next `take`. */
  rewind(id: number): void {
    this.all.rewind(id);
  }

  /** Whether a record that was taken has been settled since then. */
  isGone(id: number): boolean {
    return this.all.gone[this.way].has(id);
  }

  /** Puts records back that were taken and not delivered, in front of the others of their tenant. */
  putBack(records: readonly OutboxRecord[]): void {
    for (const [tenant, own] of byTenant(records)) this.all.feedOf(tenant).putBack(own);
  }

  /** Records in memory, ready to be taken. */
  get ready(): number {
    return this.feeds.reduce((sum, feed) => sum + feed.ready, 0);
  }

  /** Whether the database holds more than memory does. */
  get behind(): boolean {
    return (this.looks && this.all.looksForTenants) || this.feeds.some((feed) => feed.behind);
  }

  /** Whether it goes back at the next `take`: an earlier record than those in hand may be next then. */
  get goesBack(): boolean {
    return (this.looks && this.all.looksBack) || this.feeds.some((feed) => feed.goesBack);
  }

  get hasWork(): boolean {
    return this.goesBack || this.behind || this.ready > 0;
  }

  /** Nothing that was taken is under way: what has become of it is known. */
  rest(): void {
    if (this.way === 'main') this.all.rightOfWay.arrive();
    this.all.gone[this.way].clear();
    this.all.arrange(this.way);
  }

  /** The next records by their ids, at most `maxRecords` and about `maxBytes` (one at least). Empty: nothing waits. */
  async take(maxRecords: number, maxBytes: number): Promise<readonly OutboxRecord[]> {
    if (this.way === 'flood') await this.all.rightOfWay.give();
    await this.all.findTenants();
    for (const feed of this.feeds) await feed.prepare();
    this.rest();
    const part = this.part;
    const taken = this.share(Math.ceil(maxRecords * part), Math.ceil(maxBytes * part));
    if (this.way === 'main') this.all.noteCalm(taken);
    for (const feed of this.feeds) feed.prefetch();
    return taken.toSorted((one, two) => one.id - two.id);
  }

  /** A flood pipeline that nobody goes by has nothing to look for, and need not trouble Kafka. */
  private get looks(): boolean {
    return this.way === 'main' || this.feeds.length > 0;
  }

  private get feeds(): readonly Feed[] {
    return this.all.of(this.way);
  }

  /** Of a full batch: a flood goes in small ones while others send, who wait for the same disk and brokers. */
  private get part(): number {
    return this.way === 'flood' && this.all.calmMs < CALM_MS ? FLOOD_SHARE : 1;
  }

  /** The same for each that has any; what one leaves is the others'. Whoever was first is last the next time. */
  private share(maxRecords: number, maxBytes: number): readonly OutboxRecord[] {
    const taken: OutboxRecord[] = [];
    let bytes = 0;
    const ready = this.feeds.filter((feed) => feed.ready > 0);
    const first = this.turn++ % Math.max(ready.length, 1);
    let waiting = [...ready.slice(first), ...ready.slice(0, first)];
    while (waiting.length > 0) {
      const records = Math.max(1, Math.floor((maxRecords - taken.length) / waiting.length));
      const share = (maxBytes - bytes) / waiting.length;
      waiting = waiting.filter((feed) => {
        if (taken.length >= maxRecords) return false;
        const room = taken.length === 0 ? Number.POSITIVE_INFINITY : maxBytes - bytes;
        const picked = feed.pick(records, share, room);
        taken.push(...picked.records);
        bytes += picked.bytes;
        return picked.records.length > 0 && feed.ready > 0;
      });
    }
    return taken;
  }
}

function byTenant(records: readonly OutboxRecord[]): ReadonlyMap<string, OutboxRecord[]> {
  const found = new Map<string, OutboxRecord[]>();
  for (const record of records) {
    const own = found.get(record.tenant);
    if (own === undefined) found.set(record.tenant, [record]);
    else own.push(record);
  }
  return found;
}
