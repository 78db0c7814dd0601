import type { OutboxRecord, OutboxStore, PageRequest } from '@bridge/outbox';

export interface FeedScope extends Pick<PageRequest, 'delivery' | 'lanes'> {
  readonly tenant: string;
  /** The lanes of this instance, which the store knows; null: all. */
  readonly leased: ReadonlySet<number> | null;
}

export interface FeedLimits {
  /** Records and bytes that are held in memory at most (one record more than the bytes allow). */
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export interface Picked {
  readonly records: readonly OutboxRecord[];
  readonly bytes: number;
}

/**
 * The records of one tenant (or of none) that wait for one pipeline, in the order of their ids.
 *
 * In quiet times accepted records come straight from memory. What does not fit stays in the database and is
 * paged in later, so memory does not grow with a backlog. The database is the truth, this is a window on it:
 *
 *   passed over or delivered   in the queue     only in the database
 *   ───────────────────────────────────────▲──────────────────────────▶ id
 *                                        cursor              newest
 *
 * A feed belongs to one sequential loop: `prepare` is never called while a batch of this feed is in flight,
 * and only `prepare` goes back, so a record in flight is never read again.
 */
export class Feed {
  private queue: OutboxRecord[] = [];
  private queuedBytes = 0;
  /** Everything up to here has been in the queue or was passed over. */
  private cursor = 0;
  /** The highest id known to exist. Above the cursor: the database holds what memory does not. */
  private newest = 0;
  /** The highest id that this feed was told of, whosever record it is. */
  private told = 0;
  private rewindTo = Number.POSITIVE_INFINITY;
  /** Settled by the side since the page under way was asked for. */
  private readonly gone = new Set<number>();
  private reading = false;
  private filling: Promise<void> | null = null;
  /** Until `start` the backlog is not known: a record that is accepted meanwhile must not go in front of it. */
  private started = false;

  constructor(
    private readonly store: Pick<OutboxStore, 'pendingPage'>,
    private readonly scope: FeedScope,
    private readonly limits: FeedLimits,
  ) {}

  /** Everything up to `lastId` may be waiting in the database. */
  start(lastId: number): void {
    this.started = true;
    this.hint(lastId);
  }

  owns(record: Pick<OutboxRecord, 'delivery' | 'lane' | 'tenant'>): boolean {
    const { delivery, lanes, leased, tenant } = this.scope;
    if (
      record.tenant !== tenant ||
      record.delivery !== delivery ||
      leased?.has(record.lane) === false
    )
      return false;
    return record.lane % lanes.modulo === lanes.remainder;
  }

  /** Freshly accepted records, in id order. Returns whether any of them is this feed's. */
  offer(records: readonly OutboxRecord[]): boolean {
    let mine = false;
    for (const record of records) {
      // Ids that nobody told of may be another instance's records, which come first.
      if (record.id > this.told + 1) this.newest = Math.max(this.newest, record.id - 1);
      this.told = Math.max(this.told, record.id);
      if (!this.owns(record)) continue;
      mine = true;
      // A page may hold a record already whose acceptance has not been told yet.
      const isNew = record.id > this.cursor;
      if (isNew && this.started && !this.behind && !this.full) this.push(record);
      this.newest = Math.max(this.newest, record.id);
    }
    return mine;
  }

  /** Everything up to this id is in the database, whoever has stored it. */
  hint(lastId: number): void {
    this.newest = Math.max(this.newest, lastId);
    this.told = Math.max(this.told, lastId);
  }

  /** Records from this id on may be waiting again (a replay, a block that ended). Takes effect at the next `prepare`. */
  rewind(id: number): void {
    this.rewindTo = Math.min(this.rewindTo, id);
  }

  /**
   * The side has settled this record: it leaves the queue. A page that is under way may hold it as if it still waited.
   */
  forget(id: number): void {
    if (this.reading) this.gone.add(id);
    const index = this.queue.findIndex((record) => record.id === id);
    for (const record of index < 0 ? [] : this.queue.splice(index, 1)) {
      this.queuedBytes -= bytesOf(record);
    }
  }

  /** Puts records back that were taken and not delivered, in front of the others. */
  putBack(records: readonly OutboxRecord[]): void {
    this.queue.unshift(...records);
    for (const record of records) this.queuedBytes += bytesOf(record);
  }

  /** Records in memory, ready to be taken. */
  get ready(): number {
    return this.queue.length;
  }

  /** Whether memory holds all that it may. */
  get full(): boolean {
    return this.queue.length >= this.limits.maxRecords || this.queuedBytes >= this.limits.maxBytes;
  }

  /** Whether the database holds more than memory does. */
  get behind(): boolean {
    return this.newest > this.cursor;
  }

  /** Whether it goes back at the next `prepare`: an earlier record than those in hand may be next then. */
  get goesBack(): boolean {
    return this.rewindTo !== Number.POSITIVE_INFINITY;
  }

  get hasWork(): boolean {
    return this.queue.length > 0 || this.behind || this.goesBack;
  }

  /** Has the next records in memory, if any wait. */
  async prepare(): Promise<void> {
    if (this.filling !== null) await this.filling;
    this.applyRewind();
    while (this.queue.length === 0 && this.behind) await this.fill();
  }

  /**
   * The next of the records in memory, in id order, at most `maxRecords` and `maxBytes`.
   * @param room what the first of them may have, also if that is more.
   */
  pick(maxRecords: number, maxBytes: number, room: number): Picked {
    let bytes = 0;
    let count = 0;
    for (const record of this.queue) {
      if (count >= maxRecords) break;
      const size = bytesOf(record);
      if (bytes + size > (count === 0 ? room : maxBytes)) break;
      bytes += size;
      count++;
    }
    const records = this.queue.splice(0, count);
    this.queuedBytes -= bytes;
    return { records, bytes };
  }

  /** The next batch fills while the last one is in flight. A failure is met again, and told, by `prepare`. */
  prefetch(): void {
    if (!this.behind || this.filling !== null) return;
    if (this.queue.length > this.limits.maxRecords / 2) return;
    this.filling = this.fill()
      .catch(() => {
        // The same page is asked for again by the next prepare, which reports it.
      })
      .finally(() => {
        this.filling = null;
      });
  }

  private push(record: OutboxRecord): void {
    this.queue.push(record);
    this.queuedBytes += bytesOf(record);
    this.cursor = record.id;
  }

  private applyRewind(): void {
    if (!this.goesBack) return;
    const first = this.queue[0]?.id ?? Number.POSITIVE_INFINITY;
    this.newest = Math.max(this.newest, this.cursor);
    this.cursor = Math.min(this.cursor, this.rewindTo - 1, first - 1);
    this.queue = [];
    this.queuedBytes = 0;
    this.rewindTo = Number.POSITIVE_INFINITY;
  }

  private async fill(): Promise<void> {
    // Offers that come while the page is read are in `newest` only; ids up to here were committed before it.
    const known = this.newest;
    this.reading = true;
    try {
      const page = await this.page();
      for (const record of page) {
        if (this.gone.has(record.id)) this.cursor = record.id;
        else this.push(record);
      }
      if (page.length === 0) this.cursor = Math.max(this.cursor, known);
    } finally {
      this.reading = false;
      this.gone.clear();
    }
  }

  private async page(): Promise<readonly OutboxRecord[]> {
    const { delivery, lanes, tenant } = this.scope;
    const { maxRecords: limit, maxBytes } = this.limits;
    const afterId = this.cursor;
    return this.store.pendingPage({ afterId, limit, maxBytes, delivery, lanes, tenant });
  }
}

function bytesOf(record: OutboxRecord): number {
  let bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const header of record.headers) bytes += header.name.length + header.value.length;
  return bytes;
}
