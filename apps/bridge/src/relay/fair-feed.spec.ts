import { NO_TENANT, type OutboxRecord, type PageRequest } from '@bridge/outbox';
import { FairFeed } from './fair-feed.js';

const record = (id: number, tenant: string, bytes = 10): OutboxRecord => ({
  id,
  messageId: `m${id}`,
  tenant,
  topic: tenant,
  key: null,
  value: Buffer.alloc(bytes),
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
});

class Rows {
  readonly pending: OutboxRecord[] = [];
  looks = 0;
  asked: string[] = [];
  down = false;

  async waitingTenants(): Promise<readonly string[]> {
    this.looks++;
    await Promise.resolve();
    if (this.down) throw new Error('the database is away');
    const tenants = this.pending.map(({ tenant }) => tenant);
    return [...new Set(tenants)].filter((tenant) => tenant !== NO_TENANT);
  }

  async pendingPage({ afterId, limit, tenant }: PageRequest): Promise<readonly OutboxRecord[]> {
    this.asked.push(tenant ?? 'all');
    await Promise.resolve();
    return this.pending.filter((one) => one.id > afterId && one.tenant === tenant).slice(0, limit);
  }
}

const scope = {
  leased: null,
  delivery: 'exactly-once',
  lanes: { modulo: 1, remainder: 0 },
} as const;
const ids = (records: readonly OutboxRecord[]) => records.map(({ id }) => id);
const tenantsOf = (records: readonly OutboxRecord[]) => records.map(({ tenant }) => tenant);

describe('the feed of a bridge with tenants', () => {
  let rows: Rows;
  let feed: FairFeed;

  beforeEach(() => {
    rows = new Rows();
    feed = new FairFeed(rows, scope, { maxRecords: 20, maxBytes: 1e6 });
  });
  /** `count` records of a tenant that wait in the database, with the next ids. */
  const wait = (tenant: string, count: number): readonly OutboxRecord[] => {
    const first = rows.pending.length + 1;
    const records = Array.from({ length: count }, (_, n) => record(first + n, tenant));
    rows.pending.push(...records);
    return records;
  };

  it('has room in the next batch for each, whatever another has waiting', async () => {
    wait('flood', 1_000);
    const [last] = wait('quiet', 1);
    const [mine] = wait(NO_TENANT, 1);
    feed.start(rows.pending.length);
    const taken = await feed.take(10, 1e6);
    expect(taken).toHaveLength(10);
    expect(ids(taken)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, last?.id, mine?.id]);
  });

  it('shares a batch out evenly, and gives what one leaves to the others', async () => {
    wait('a', 100);
    wait('b', 100);
    wait('c', 2);
    feed.start(rows.pending.length);
    const taken = tenantsOf(await feed.take(12, 1e6));
    expect(taken.filter((tenant) => tenant === 'c')).toHaveLength(2);
    expect(taken.filter((tenant) => tenant === 'a')).toHaveLength(5);
    expect(taken.filter((tenant) => tenant === 'b')).toHaveLength(5);
  });

  it('shares bytes out, too, and never passes them but for a single record', async () => {
    rows.pending.push(
      record(1, 'a', 90),
      record(2, 'a', 90),
      record(3, 'b', 40),
      record(4, 'b', 40),
    );
    feed.start(4);
    const taken = await feed.take(10, 150);
    expect(ids(taken)).toEqual([1, 3]);
    rows.pending.length = 0;
    rows.pending.push(record(9, 'c', 500));
    feed.hint(9);
    expect(ids(await feed.take(10, 150))).toContain(2);
    expect(ids(await feed.take(10, 150))).toEqual([9]);
  });

  it('lets nobody wait for ever where there are more tenants than a batch has room', async () => {
    for (const tenant of ['a', 'b', 'c', 'd', 'e']) wait(tenant, 50);
    feed.start(rows.pending.length);
    const met = new Set<string>();
    for (let batch = 0; batch < 5; batch++) {
      for (const tenant of tenantsOf(await feed.take(2, 1e6))) met.add(tenant);
    }
    expect([...met].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('keeps the order of each, also of who was not known and has something waiting', async () => {
    wait('a', 3);
    feed.start(3);
    const later = wait('a', 2);
    expect(feed.offer(later)).toBe(true);
    const taken: number[] = [];
    while (feed.hasWork) taken.push(...ids(await feed.take(2, 1e6)));
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it('puts back in front of the others of the same tenant', async () => {
    wait('a', 4);
    wait('b', 4);
    feed.start(8);
    const first = await feed.take(4, 1e6);
    feed.putBack(first);
    expect(ids(await feed.take(8, 1e6))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('goes back for all, and knows so until it has', async () => {
    wait('a', 2);
    wait('b', 2);
    feed.start(4);
    while (feed.hasWork) await feed.take(4, 1e6);
    expect(feed.hasWork).toBe(false);
    feed.rewind(2);
    expect(feed.goesBack).toBe(true);
    expect(ids(await feed.take(4, 1e6))).toEqual([2, 3, 4]);
    expect(feed.goesBack).toBe(false);
  });

  it('looks for tenants again when the database was away', async () => {
    wait('a', 1);
    feed.start(1);
    rows.down = true;
    await expect(feed.take(4, 1e6)).rejects.toThrow('away');
    rows.down = false;
    expect(feed.hasWork).toBe(true);
    expect(ids(await feed.take(4, 1e6))).toEqual([1]);
  });

  it('asks the database for nobody who has nothing there', async () => {
    feed.start(0);
    feed.offer(wait('a', 2));
    feed.offer(wait('b', 2));
    expect(ids(await feed.take(4, 1e6))).toEqual([1, 2, 3, 4]);
    const { looks } = rows;
    rows.asked = [];
    feed.offer(wait('a', 1));
    expect(ids(await feed.take(4, 1e6))).toEqual([5]);
    expect(rows).toMatchObject({ asked: [], looks });
  });

  it('forgets what the side has settled', async () => {
    wait('a', 3);
    feed.start(3);
    const taken = await feed.take(1, 1e6);
    feed.forget(1);
    feed.forget(2);
    expect(feed.isGone(taken[0]?.id ?? 0)).toBe(true);
    expect(ids(await feed.take(3, 1e6))).toEqual([3]);
  });
});
