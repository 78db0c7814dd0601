import { NO_TENANT, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import { Feed, type FeedLimits, type FeedScope } from './feed.js';

type FairStore = Pick<OutboxStore, 'pendingPage' | 'waitingTenants'>;

/**
 * The records that wait for one pipeline, in the order of their ids within each tenant. Every batch has room for each
 * tenant that has any: the backlog of one holds up nobody else. No two tenants share a key, so there is no order
 * between them to keep.
 */
export class FairFeed {
  private readonly own: Feed;
  /** Of the tenants that were met since the start. */
  private readonly ofTenants = new Map<string, Feed>();
  private readonly limits: FeedLimits;
  /** The highest id that was told of, whosever record it is. */
  private told = 0;
  private started = false;
  /** Tenants of which nobody told may have records up to here in the database; null: none. */
  private hinted: number | null = null;
  private rewindTo = Number.POSITIVE_INFINITY;
  /** How many of the feeds have anything, of none is one. */
  private waiting = 1;
  private turn = 0;

  constructor(
    private readonly store: FairStore,
    private readonly scope: Omit<FeedScope, 'tenant'>,
    limits: FeedLimits,
  ) {
    this.limits = this.sharedOut(limits);
    this.own = new Feed(store, { ...scope, tenant: NO_TENANT }, this.limits);
  }

  /** Everything up to `lastId` may be waiting in the database. */
  start(lastId: number): void {
    this.started = true;
    this.hint(lastId);
    for (const feed of this.feeds) feed.start(lastId);
  }

  /** Freshly accepted records, in id order. Returns whether any of them is this feed's. */
  offer(records: readonly OutboxRecord[]): boolean {
    for (const { tenant } of records) if (tenant !== NO_TENANT) this.feedOf(tenant);
    this.told = Math.max(this.told, records.at(-1)?.id ?? 0);
    let mine = false;
    for (const feed of this.feeds) mine = feed.offer(records) || mine;
    return mine;
  }

  /** Everything up to this id is in the database, whoever has stored it. */
  hint(lastId: number): void {
    this.told = Math.max(this.told, lastId);
    this.hinted = this.told;
    this.own.hint(lastId);
  }

  /** Records from this id on may be waiting again (a replay, a block that ended). Takes effect at the next `take`. */
  rewind(id: number): void {
    this.rewindTo = Math.min(this.rewindTo, id);
    this.own.rewind(id);
  }

  /** The side has settled this record: what is held of it in memory is old. */
  forget(id: number): void {
    for (const feed of this.feeds) feed.forget(id);
  }

  /** Whether a record that was taken has been settled since then. */
  isGone(id: number): boolean {
    return this.own.isGone(id);
  }

  /** Puts records back that were taken and not delivered, in front of the others of their tenant. */
  putBack(records: readonly OutboxRecord[]): void {
    for (const [tenant, own] of byTenant(records)) this.feedOf(tenant).putBack(own);
  }

  /** Records in memory, ready to be taken. */
  get ready(): number {
    return this.feeds.reduce((sum, feed) => sum + feed.ready, 0);
  }

  /** Whether the database holds more than memory does. */
  get behind(): boolean {
    return this.hinted !== null || this.feeds.some((feed) => feed.behind);
  }

  /** Whether it goes back at the next `take`: an earlier record than those in hand may be next then. */
  get goesBack(): boolean {
    return this.rewindTo !== Number.POSITIVE_INFINITY || this.own.goesBack;
  }

  get hasWork(): boolean {
    return this.goesBack || this.behind || this.ready > 0;
  }

  /** The next records by their ids, at most `maxRecords` and about `maxBytes` (one at least). Empty: nothing waits. */
  async take(maxRecords: number, maxBytes: number): Promise<readonly OutboxRecord[]> {
    await this.findTenants();
    for (const feed of this.feeds) await feed.prepare();
    this.waiting = Math.max(1, this.feeds.filter(({ hasWork }) => hasWork).length);
    const taken = this.share(maxRecords, maxBytes);
    for (const feed of this.feeds) feed.prefetch();
    return taken.toSorted((one, two) => one.id - two.id);
  }

  private get feeds(): readonly Feed[] {
    return [this.own, ...this.ofTenants.values()];
  }

  private feedOf(tenant: string): Feed {
    if (tenant === NO_TENANT) return this.own;
    const known = this.ofTenants.get(tenant);
    if (known !== undefined) return known;
    const feed = new Feed(this.store, { ...this.scope, tenant }, this.limits);
    this.ofTenants.set(tenant, feed);
    // What it has had waiting comes before what it is offered.
    if (this.started) feed.start(this.told);
    return feed;
  }

  /** Only who has something waiting is looked through: each look is a query. */
  private async findTenants(): Promise<void> {
    const { hinted, rewindTo } = this;
    if (hinted === null && rewindTo === Number.POSITIVE_INFINITY) return;
    this.hinted = null;
    this.rewindTo = Number.POSITIVE_INFINITY;
    try {
      for (const tenant of await this.store.waitingTenants()) {
        const feed = this.feedOf(tenant);
        if (hinted !== null) feed.hint(hinted);
        if (rewindTo !== Number.POSITIVE_INFINITY) feed.rewind(rewindTo);
      }
    } catch (error) {
      this.hinted = Math.max(hinted ?? 0, this.hinted ?? 0);
      this.rewindTo = Math.min(rewindTo, this.rewindTo);
      throw error;
    }
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

  /** All of them together hold what one may hold, and a little of each. */
  private sharedOut(limits: FeedLimits): FeedLimits {
    const among = (): number => this.waiting;
    return {
      get maxRecords() {
        return Math.max(
          Math.min(MIN_RECORDS, limits.maxRecords),
          Math.ceil(limits.maxRecords / among()),
        );
      },
      get maxBytes() {
        return Math.ceil(limits.maxBytes / among());
      },
    };
  }
}

const MIN_RECORDS = 16;

function byTenant(records: readonly OutboxRecord[]): ReadonlyMap<string, OutboxRecord[]> {
  const found = new Map<string, OutboxRecord[]>();
  for (const record of records) {
    const own = found.get(record.tenant);
    if (own === undefined) found.set(record.tenant, [record]);
    else own.push(record);
  }
  return found;
}
