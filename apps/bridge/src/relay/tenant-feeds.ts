import { NO_TENANT, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import type { Clock } from './clock.js';
import { Feed, type FeedLimits, type FeedScope } from './feed.js';
import { RightOfWay } from './right-of-way.js';

type FairStore = Pick<OutboxStore, 'pendingPage' | 'waitingTenants'>;

/** The two pipelines that share what waits: `flood` relays whoever has a backlog, `main` everybody else. */
export type Way = 'main' | 'flood';

/** Of a full batch: who has as many records in memory has a backlog, and sends no more at once while others send (measured). */
export const FLOOD_SHARE = 1 / 10;

const NOWHERE = Number.POSITIVE_INFINITY;
/** One is in flight, and the next waits in memory. */
const BATCHES = 2;
/** A little of each tenant is in memory, however many have something waiting. Records. */
const MIN_RECORDS = 16;
/** A backlog has ended when this part of what makes one is left: else somebody at the limit would go to and fro. */
const ENDED = 1 / 4;

/**
 * The feeds of all tenants, and of none, and which of two pipelines takes from each. No two tenants share a key, so
 * there is no order between them to keep; a feed changes over while nothing of it is under way.
 */
export class TenantFeeds {
  /** Of those who were met since the start. */
  private readonly feeds = new Map<string, Feed>();
  private readonly floods = new Set<string>();
  private readonly shared: FeedLimits;
  /** Settled by the side since each has taken a batch. */
  readonly gone: Readonly<Record<Way, Set<number>>> = { main: new Set(), flood: new Set() };
  readonly rightOfWay: RightOfWay;
  /** The highest id that was told of, whosever record it is. */
  private told = 0;
  private started = false;
  /** Tenants of which nobody told may have records up to here in the database; null: none. */
  private hinted: number | null = null;
  private rewindTo = NOWHERE;
  /** What the look for tenants that is under way is about. */
  private lookingFor: { readonly hinted: number | null; readonly rewindTo: number } | null = null;
  private looking: Promise<void> | null = null;
  /** When something of each was taken last by the main pipeline. */
  private readonly calmAt = new Map<string, number>();
  /** How many of the feeds have anything, of none is one. */
  private waiting = 1;

  constructor(
    private readonly store: FairStore,
    private readonly scope: Omit<FeedScope, 'tenant'>,
    /** Of one batch. */
    private readonly batch: FeedLimits,
    private readonly clock: Pick<Clock, 'now' | 'sleep'>,
    private readonly wake: (way: Way) => void,
  ) {
    this.rightOfWay = new RightOfWay(clock);
    this.shared = this.sharedOut();
    this.feedOf(NO_TENANT);
  }

  /** Everything up to `lastId` may be waiting in the database. */
  start(lastId: number): void {
    this.started = true;
    this.hint(lastId);
    for (const feed of this.feeds.values()) feed.start(lastId);
  }

  /** Freshly accepted records, in id order. Wakes whoever they are for. */
  offer(records: readonly OutboxRecord[]): void {
    for (const { tenant } of records) this.feedOf(tenant);
    this.told = Math.max(this.told, records.at(-1)?.id ?? 0);
    const mine = new Set<Way>();
    for (const [tenant, feed] of this.feeds) if (feed.offer(records)) mine.add(this.wayOf(tenant));
    for (const way of mine) this.wake(way);
  }

  /** Everything up to this id is in the database, whoever has stored it. */
  hint(lastId: number): void {
    this.told = Math.max(this.told, lastId);
    this.hinted = this.told;
    this.feedOf(NO_TENANT).hint(lastId);
  }

  /** Records from this id on may be waiting again (a replay, a block that ended). Takes effect at the next `take`. */
  rewind(id: number): void {
    this.rewindTo = Math.min(this.rewindTo, id);
    this.feedOf(NO_TENANT).rewind(id);
  }

  /** The side has settled this record: what is held of it in memory is old. */
  forget(id: number): void {
    for (const gone of Object.values(this.gone)) gone.add(id);
    for (const feed of this.feeds.values()) feed.forget(id);
  }

  /** Whether tenants have to be looked for, who may have something waiting. */
  get looksForTenants(): boolean {
    return this.hinted !== null || (this.lookingFor?.hinted ?? null) !== null;
  }

  /** Whether tenants have to be looked for, whose earlier records wait again. */
  get looksBack(): boolean {
    return this.rewindTo !== NOWHERE || (this.lookingFor?.rewindTo ?? NOWHERE) !== NOWHERE;
  }

  feedOf(tenant: string): Feed {
    const known = this.feeds.get(tenant);
    if (known !== undefined) return known;
    const feed = new Feed(this.store, { ...this.scope, tenant }, this.shared);
    this.feeds.set(tenant, feed);
    // What it has had waiting comes before what it is offered.
    if (this.started) feed.start(this.told);
    return feed;
  }

  of(way: Way): readonly Feed[] {
    const own: Feed[] = [];
    for (const [tenant, feed] of this.feeds) if (this.wayOf(tenant) === way) own.push(feed);
    return own;
  }

  /** Looks once, whoever asks: only who has something waiting is looked through, since each look is a query. */
  async findTenants(): Promise<void> {
    if (this.looking === null && this.hinted === null && this.rewindTo === NOWHERE) return;
    this.looking ??= this.look().finally(() => {
      this.looking = null;
      this.lookingFor = null;
    });
    await this.looking;
  }

  /**
   * Whoever has got a backlog, or has none any more, goes over to the other pipeline. Only for feeds of the way that
   * asks, between two of its batches: nothing of them is under way then.
   */
  arrange(way: Way): void {
    if (this.feeds.size === 1) return;
    this.waiting = Math.max(1, [...this.feeds.values()].filter(({ hasWork }) => hasWork).length);
    for (const [tenant, feed] of this.feeds) {
      if (this.wayOf(tenant) !== way || (way === 'main') !== this.isFlood(feed, way)) continue;
      if (way === 'main') this.floods.add(tenant);
      else this.floods.delete(tenant);
      if (feed.hasWork) this.wake(this.wayOf(tenant));
    }
  }

  /** These go by the main pipeline. */
  noteCalm(records: readonly OutboxRecord[]): void {
    for (const { tenant } of records) this.calmAt.set(tenant, this.clock.now());
    if (records.length > 0) this.rightOfWay.depart();
  }

  /** Milliseconds since somebody without a backlog had something to send. */
  get calmMs(): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const [tenant, at] of this.calmAt) {
      if (!this.floods.has(tenant)) last = Math.max(last, at);
    }
    return this.clock.now() - last;
  }

  private wayOf(tenant: string): Way {
    return this.floods.has(tenant) ? 'flood' : 'main';
  }

  private isFlood(feed: Feed, way: Way): boolean {
    const floodFrom = this.batch.maxRecords * FLOOD_SHARE;
    if (way === 'main') return feed.full || feed.ready >= floodFrom;
    return feed.behind || feed.goesBack || feed.ready > floodFrom * ENDED;
  }

  private async look(): Promise<void> {
    const { hinted, rewindTo } = this;
    this.lookingFor = { hinted, rewindTo };
    this.hinted = null;
    this.rewindTo = NOWHERE;
    try {
      for (const tenant of await this.store.waitingTenants()) {
        const feed = this.feedOf(tenant);
        if (hinted !== null) feed.hint(hinted);
        if (rewindTo !== NOWHERE) feed.rewind(rewindTo);
        this.wake(this.wayOf(tenant));
      }
    } catch (error) {
      if (hinted !== null) this.hinted = Math.max(hinted, this.hinted ?? 0);
      this.rewindTo = Math.min(rewindTo, this.rewindTo);
      throw error;
    }
  }

  /** All of them together hold what one may hold, and a little of each. */
  private sharedOut(): FeedLimits {
    const limits = {
      maxRecords: BATCHES * this.batch.maxRecords,
      maxBytes: BATCHES * this.batch.maxBytes,
    };
    const among = (): number => this.waiting;
    return {
      get maxRecords() {
        const least = Math.min(MIN_RECORDS, limits.maxRecords);
        return Math.max(least, Math.ceil(limits.maxRecords / among()));
      },
      get maxBytes() {
        return Math.ceil(limits.maxBytes / among());
      },
    };
  }
}
