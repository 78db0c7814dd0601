import { setImmediate } from 'node:timers/promises';
import { NO_TENANT, type OutboxRecord, type PageRequest } from '@bridge/outbox';
import { FairFeed } from './fair-feed.js';
import { TenantFeeds, type Way } from './tenant-feeds.js';

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
/** A tenant with 100 records in memory is a flood. */
const BATCH = { maxRecords: 1_000, maxBytes: 1e6 };
/** Others have sent nothing for this long: a flood is not held back. */
const LONG_AFTER = 60_000;
const ids = (records: readonly OutboxRecord[]) => records.map(({ id }) => id);
const tenantsOf = (records: readonly OutboxRecord[]) => records.map(({ tenant }) => tenant);

describe('the feed of a bridge with tenants', () => {
  let rows: Rows;
  let all: TenantFeeds;
  let feed: FairFeed;
  let flood: FairFeed;
  let woken: Way[];
  let now: number;

  beforeEach(() => {
    rows = new Rows();
    woken = [];
    now = 0;
    const sleep = async (ms: number): Promise<void> => void (now += ms);
    all = new TenantFeeds(rows, scope, BATCH, { now: () => now, sleep }, (way) => woken.push(way));
    feed = new FairFeed(all, 'main');
    flood = new FairFeed(all, 'flood');
  });
  /** `count` records of a tenant that wait in the database, with the next ids. */
  const wait = (tenant: string, count: number): readonly OutboxRecord[] => {
    const first = rows.pending.length + 1;
    const records = Array.from({ length: count }, (_, n) => record(first + n, tenant));
    rows.pending.push(...records);
    return records;
  };

  it('has room in the next batch for each, whatever another has waiting', async () => {
    wait('many', 99);
    const [last] = wait('quiet', 1);
    const [mine] = wait(NO_TENANT, 1);
    all.start(rows.pending.length);
    const taken = await feed.take(10, 1e6);
    expect(taken).toHaveLength(10);
    expect(ids(taken)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, last?.id, mine?.id]);
  });

  it('shares a batch out evenly, and gives what one leaves to the others', async () => {
    wait('a', 90);
    wait('b', 90);
    wait('c', 2);
    all.start(rows.pending.length);
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
    all.start(4);
    const taken = await feed.take(10, 150);
    expect(ids(taken)).toEqual([1, 3]);
    rows.pending.length = 0;
    rows.pending.push(record(9, 'c', 500));
    all.hint(9);
    expect(ids(await feed.take(10, 150))).toContain(2);
    expect(ids(await feed.take(10, 150))).toEqual([9]);
  });

  it('lets nobody wait for ever where there are more tenants than a batch has room', async () => {
    for (const tenant of ['a', 'b', 'c', 'd', 'e']) wait(tenant, 50);
    all.start(rows.pending.length);
    const met = new Set<string>();
    for (let batch = 0; batch < 5; batch++) {
      for (const tenant of tenantsOf(await feed.take(2, 1e6))) met.add(tenant);
    }
    expect([...met].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('keeps the order of each, also of who was not known and has something waiting', async () => {
    wait('a', 3);
    all.start(3);
    all.offer(wait('a', 2));
    expect(woken).toEqual(['main']);
    const taken: number[] = [];
    while (feed.hasWork) taken.push(...ids(await feed.take(2, 1e6)));
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it('puts back in front of the others of the same tenant', async () => {
    wait('a', 4);
    wait('b', 4);
    all.start(8);
    const first = await feed.take(4, 1e6);
    feed.putBack(first);
    expect(ids(await feed.take(8, 1e6))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('goes back for all, and knows so until it has', async () => {
    wait('a', 2);
    wait('b', 2);
    all.start(4);
    while (feed.hasWork) await feed.take(4, 1e6);
    expect(feed.hasWork).toBe(false);
    feed.rewind(2);
    expect(feed.goesBack).toBe(true);
    expect(ids(await feed.take(4, 1e6))).toEqual([2, 3, 4]);
    expect(feed.goesBack).toBe(false);
  });

  it('looks for tenants again when the database was away', async () => {
    wait('a', 1);
    all.start(1);
    rows.down = true;
    await expect(feed.take(4, 1e6)).rejects.toThrow('away');
    rows.down = false;
    expect(feed.hasWork).toBe(true);
    expect(ids(await feed.take(4, 1e6))).toEqual([1]);
  });

  it('asks the database for nobody who has nothing there', async () => {
    all.start(0);
    all.offer(wait('a', 2));
    all.offer(wait('b', 2));
    expect(ids(await feed.take(4, 1e6))).toEqual([1, 2, 3, 4]);
    const { looks } = rows;
    rows.asked = [];
    all.offer(wait('a', 1));
    expect(ids(await feed.take(4, 1e6))).toEqual([5]);
    expect(rows).toMatchObject({ asked: [], looks });
  });

  it('forgets what the side has settled', async () => {
    wait('a', 3);
    all.start(3);
    const taken = await feed.take(1, 1e6);
    all.forget(1);
    all.forget(2);
    expect(feed.isGone(taken[0]?.id ?? 0)).toBe(true);
    expect(ids(await feed.take(3, 1e6))).toEqual([3]);
  });

  describe('and of who has a backlog', () => {
    it('leaves it to the flood pipeline, and everybody else to the main one', async () => {
      wait('flood', 1_000);
      const [quiet] = wait('quiet', 1);
      const [mine] = wait(NO_TENANT, 1);
      all.start(rows.pending.length);
      expect(ids(await feed.take(500, 1e6))).toEqual([quiet?.id, mine?.id]);
      expect(woken).toContain('flood');
      expect(ids(await flood.take(3, 1e6))).toEqual([1]);
    });

    it('without tenants there is one pipeline, whatever waits', async () => {
      wait(NO_TENANT, 1_000);
      all.start(1_000);
      expect(await feed.take(500, 1e6)).toHaveLength(500);
      expect(await flood.take(500, 1e6)).toEqual([]);
    });

    it('the flood pipeline has nothing to do while there is no backlog, whatever may have been stored', async () => {
      wait('quiet', 1);
      all.start(1);
      all.rewind(1);
      expect([feed.hasWork, flood.hasWork]).toEqual([true, false]);
    });

    it('a backlog in bytes is one, too', async () => {
      rows.pending.push(record(1, 'flood', 1e6), record(2, 'flood', 1e6), record(3, 'quiet'));
      all.start(3);
      expect(ids(await feed.take(500, 1e6))).toEqual([3]);
      expect(ids(await flood.take(500, 1e6))).toEqual([1]);
    });

    it('goes in small batches while others send, and in full ones when nobody has for a while', async () => {
      wait('flood', 2_000);
      wait('quiet', 1);
      all.start(rows.pending.length);
      await feed.take(500, 1e6);
      feed.rest();
      expect(await flood.take(500, 1e6)).toHaveLength(50);
      now = 9_999;
      expect(await flood.take(500, 1e6)).toHaveLength(50);
      now = 10_000;
      expect(await flood.take(500, 1e6)).toHaveLength(500);
    });

    it('lets a batch of the others go first', async () => {
      wait('flood', 1_000);
      wait('quiet', 1);
      all.start(rows.pending.length);
      await feed.take(500, 1e6);
      await flood.take(1, 1e6);
      expect(now).toBe(100);
      feed.rest();
      now = LONG_AFTER;
      await flood.take(1, 1e6);
      expect(now).toBe(LONG_AFTER);
    });

    it('its own records from before it had one are nobody else sending', async () => {
      wait('flood', 1);
      all.start(1);
      expect(ids(await feed.take(500, 1e6))).toEqual([1]);
      all.offer(wait('flood', 600));
      expect(await feed.take(500, 1e6)).toEqual([]);
      expect(await flood.take(500, 1e6)).toHaveLength(500);
    });

    it('comes back in order when little is left, and only between two batches of the flood pipeline', async () => {
      wait('flood', 130);
      wait('quiet', 1);
      all.start(131);
      await feed.take(500, 1e6);
      now = LONG_AFTER;
      expect(ids(await flood.take(110, 1e6))).toEqual(ids(rows.pending.slice(0, 110)));
      // The page behind what is in memory has been read by then, and nothing was in it.
      await setImmediate();
      all.offer(wait('flood', 1));
      expect(await feed.take(500, 1e6)).toEqual([]);
      woken.length = 0;
      flood.rest();
      expect(woken).toEqual(['main']);
      expect(flood.hasWork).toBe(false);
      const left = [...rows.pending.slice(110, 130), ...rows.pending.slice(131)];
      expect(ids(await feed.take(500, 1e6))).toEqual(ids(left));
    });

    it('what was put back comes back with it', async () => {
      wait('flood', 101);
      wait('quiet', 1);
      all.start(102);
      await feed.take(500, 1e6);
      now = LONG_AFTER;
      const taken = await flood.take(100, 1e6);
      flood.putBack(taken);
      flood.rest();
      expect(flood.ready).toBe(101);
      await flood.take(100, 1e6);
      flood.rest();
      expect(ids(await feed.take(500, 1e6))).toEqual([101]);
    });

    it('both pipelines go back when a record waits again, whoever has looked for it', async () => {
      wait('flood', 200);
      wait('quiet', 2);
      all.start(202);
      await feed.take(1, 1e6);
      await flood.take(50, 1e6);
      all.rewind(1);
      expect([feed.goesBack, flood.goesBack]).toEqual([true, true]);
      const looking = feed.take(500, 1e6);
      expect(flood.goesBack).toBe(true);
      expect(ids(await looking)).toEqual([201, 202]);
      expect([feed.goesBack, flood.goesBack]).toEqual([false, true]);
      expect(ids(await flood.take(2, 1e6))).toEqual([1]);
      expect(flood.goesBack).toBe(false);
    });

    it('a settled record is told of to both until each has taken again', async () => {
      wait('flood', 200);
      wait('quiet', 1);
      all.start(201);
      await feed.take(500, 1e6);
      await flood.take(5, 1e6);
      all.forget(1);
      await feed.take(500, 1e6);
      expect([feed.isGone(1), flood.isGone(1)]).toEqual([false, true]);
      flood.rest();
      expect(flood.isGone(1)).toBe(false);
    });
  });
});
