import { NO_TENANT, type OutboxRecord, type PageRequest } from '@bridge/outbox';
import { SystemClock } from './clock.js';
import { FairFeed } from './fair-feed.js';
import { TenantFeeds, type Way } from './tenant-feeds.js';

const record = (id: number, overrides: Partial<OutboxRecord> = {}): OutboxRecord => ({
  id,
  messageId: `m${id}`,
  tenant: NO_TENANT,
  topic: 'nf',
  key: Buffer.from('k'),
  value: Buffer.alloc(10),
  headers: [],
  timestamp: 0,
  delivery: 'exactly-once',
  lane: 0,
  requestedPartition: null,
  transaction: null,
  partition: 0,
  status: 'pending',
  attempts: 0,
  lastErrorCode: null,
  replays: 0,
  ...overrides,
});

/** The pending rows of an outbox, as far as a feed asks for them. */
class Rows {
  readonly pending = new Map<number, OutboxRecord>();
  pages = 0;
  beforePage: () => void = () => {};

  add(...ids: number[]): OutboxRecord[] {
    const records = ids.map((id) => record(id));
    for (const one of records) this.pending.set(one.id, one);
    return records;
  }

  async waitingTenants(): Promise<readonly string[]> {
    const tenants = [...this.pending.values()].map(({ tenant }) => tenant);
    return [...new Set(tenants)].filter((tenant) => tenant !== NO_TENANT);
  }

  async pendingPage({ afterId, limit, tenant }: PageRequest): Promise<readonly OutboxRecord[]> {
    this.pages++;
    const page = [...this.pending.values()]
      .filter((one) => one.id > afterId && one.tenant === tenant)
      .toSorted((a, b) => a.id - b.id)
      .slice(0, limit);
    this.beforePage();
    await Promise.resolve();
    return page;
  }
}

const scope = {
  leased: null,
  delivery: 'exactly-once',
  lanes: { modulo: 1, remainder: 0 },
} as const;
/** The feed of a bridge without tenants that knows its backlog: `lastId` is the highest id of it (null: not yet). */
function feedOver(
  rows: Rows,
  maxRecords = 4,
  lastId: number | null = 0,
): { all: TenantFeeds; feed: FairFeed } {
  const batch = { maxRecords: maxRecords / 2, maxBytes: 500 };
  const all = new TenantFeeds(rows, scope, batch, new SystemClock(), () => {});
  if (lastId !== null) all.start(lastId);
  return { all, feed: new FairFeed(all, 'main') };
}
const ids = (records: readonly OutboxRecord[]) => records.map(({ id }) => id);

async function drain(feed: FairFeed, rows: Rows): Promise<number[]> {
  const taken: number[] = [];
  while (feed.hasWork) {
    const batch = await feed.take(2, 1_000);
    for (const { id } of batch) rows.pending.delete(id);
    taken.push(...ids(batch));
  }
  return taken;
}

describe('Feed', () => {
  it('hands accepted records over from memory, without a query', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows);
    all.offer(rows.add(1, 2, 3));
    expect(ids(await feed.take(10, 1_000))).toEqual([1, 2, 3]);
    expect(rows.pages).toBe(0);
    expect(feed.hasWork).toBe(false);
  });

  it('reads the backlog of an earlier process first', async () => {
    const rows = new Rows();
    rows.add(1, 2, 3, 4, 5, 6, 7);
    const { all, feed } = feedOver(rows);
    all.start(7);
    all.offer(rows.add(8));
    expect(await drain(feed, rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('does not let a record that comes before the backlog is known go in front of it', async () => {
    const rows = new Rows();
    rows.add(1, 2, 3);
    const { all, feed } = feedOver(rows, 4, null);
    all.offer(rows.add(4));
    all.start(4);
    expect(await drain(feed, rows)).toEqual([1, 2, 3, 4]);
  });

  it('holds no more than its limit in memory and loses nothing beyond it', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows, 4);
    for (let id = 1; id <= 50; id++) all.offer(rows.add(id));
    expect(await drain(feed, rows)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('loses no record that is accepted while a page is being read', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows, 4);
    let next = 9;
    rows.add(1, 2, 3, 4, 5, 6, 7, 8);
    all.start(8);
    rows.beforePage = () => {
      if (next <= 30) all.offer(rows.add(next++));
    };
    const taken = await drain(feed, rows);
    expect(taken).toEqual(taken.toSorted((a, b) => a - b));
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBe(next - 1);
  });

  it('takes a record once that a page holds before its acceptance is told', async () => {
    const rows = new Rows();
    rows.add(1);
    const { all, feed } = feedOver(rows, 4, 1);
    const late = rows.add(2);
    expect(ids(await feed.take(1, 1_000))).toEqual([1]);
    all.offer(late);
    expect(ids(await feed.take(10, 1_000))).toEqual([2]);
    expect(feed.hasWork).toBe(false);
  });

  it('hands nothing over that was settled meanwhile, from the queue or from a page under way', async () => {
    const rows = new Rows();
    rows.add(1, 2, 3, 4);
    const { all, feed } = feedOver(rows, 2, 4);
    rows.beforePage = () => {
      if (rows.pages === 2) all.forget(3);
    };
    expect(ids(await feed.take(1, 1_000))).toEqual([1]);
    all.forget(2);
    expect(ids(await feed.take(10, 1_000))).toEqual([4]);
    all.forget(4);
    expect(feed.isGone(4)).toBe(true);
  });

  it('ends a look for records that belong to other pipelines', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows);
    all.start(1_000);
    expect(await feed.take(10, 1_000)).toEqual([]);
    expect(feed.hasWork).toBe(false);
  });

  it('goes back to a replayed record and keeps the order', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows);
    all.offer(rows.add(5, 6, 7));
    const [first] = await feed.take(1, 1_000);
    rows.pending.delete(first?.id ?? 0);
    rows.add(2);
    feed.rewind(2);
    expect(await drain(feed, rows)).toEqual([2, 6, 7]);
  });

  it('keeps what is in front of the place that it goes back to', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows);
    all.offer(rows.add(5, 6, 7));
    feed.rewind(7);
    expect(await drain(feed, rows)).toEqual([5, 6, 7]);
  });

  it('puts undelivered records back in front', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows);
    all.offer(rows.add(1, 2, 3));
    const batch = await feed.take(2, 1_000);
    feed.putBack(batch);
    expect(await drain(feed, rows)).toEqual([1, 2, 3]);
  });

  it('takes by bytes too, but always one record', async () => {
    const rows = new Rows();
    const { all, feed } = feedOver(rows);
    all.offer(rows.add(1, 2, 3));
    expect(ids(await feed.take(10, 25))).toEqual([1, 2]);
    expect(ids(await feed.take(10, 1))).toEqual([3]);
  });

  it('leaves the records of other lanes and of the other delivery mode alone', () => {
    const woken: Way[] = [];
    const all = new TenantFeeds(
      new Rows(),
      { leased: null, delivery: 'exactly-once', lanes: { modulo: 2, remainder: 1 } },
      { maxRecords: 4, maxBytes: 100 },
      new SystemClock(),
      (way) => woken.push(way),
    );
    all.start(0);
    all.offer([record(1, { lane: 0 }), record(2, { delivery: 'at-least-once' })]);
    expect(woken).toEqual([]);
    all.offer([record(3, { lane: 3 })]);
    expect(woken).toEqual(['main']);
    expect(new FairFeed(all, 'main').ready).toBe(1);
  });
});
