import { setTimeout as delay } from 'node:timers/promises';
import {
  Reconciliation,
  type IdRange,
  type Leases,
  type OutboxStore,
  type Share,
} from '@bridge/outbox';
import { until } from '../support/bridge-api.js';
import { Opened, postgresTestEngine } from './engines.js';
import { accepted, buried, invoice, invoices, sent, WHOLE_PAGE } from './records.js';

const AUDIT = { actor: 'test' };
const EVERY = Array.from({ length: 64 }, (_, lane) => lane);

describe('an outbox that several instances share', () => {
  const engine = postgresTestEngine();
  const opened = new Opened();
  let url: string;
  let one: OutboxStore;
  let other: OutboxStore;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
    // Both find a database without tables.
    [one, other] = await Promise.all([opened.open(url), opened.open(url)]);
  });
  afterEach(() => opened.closeAll());

  const leasesOf = ({ leases }: OutboxStore): Leases => {
    if (leases === null) throw new Error('It is not shared.');
    return leases;
  };
  const shareOf = async (store: OutboxStore, lanes = EVERY): Promise<Share> => {
    const leases = leasesOf(store);
    await leases.renew();
    const { mine } = await leases.look();
    if (mine === null) throw new Error('There is no slot left.');
    await leases.takeLanes(lanes);
    return { ...mine, lanes };
  };

  it('is one outbox, and nobody may have it alone meanwhile', async () => {
    await accepted(one, invoice('a'));
    expect(await other.accept([invoice('a')])).toMatchObject([{ outcome: 'duplicate' }]);
    const alone = Reconciliation.open({ url, ballastBytes: 0 });
    await expect(alone).rejects.toMatchObject({ code: 'storage_locked' });
    expect(one.outboxId).toBe(other.outboxId);
  });

  it('counts what each has done, and each tells the sum', async () => {
    await Promise.all([shareOf(one), shareOf(other)]);
    await accepted(one, ...invoices(3));
    await accepted(other, invoice('there'));
    await Promise.all([one.refreshStats(), other.refreshStats()]);
    for (const store of [one, other]) {
      expect(store.stats()).toMatchObject({ rows: { pending: 4 }, totals: { received: 4 } });
    }
    await opened.closeAll();
    expect((await opened.open(url)).stats().rows.pending).toBe(4);
  });

  it('has its rows committed in the order of their ids', async () => {
    const seen: number[][] = [];
    const posting = new AbortController();
    const watch = async (): Promise<void> => {
      while (!posting.signal.aborted) {
        const page = await one.pendingPage({ ...WHOLE_PAGE, limit: 10_000, maxBytes: 1e9 });
        seen.push(page.map(({ id }) => id));
        await delay(1);
      }
    };
    const post = async (store: OutboxStore, name: string): Promise<void> => {
      for (let n = 0; n < 100; n++) {
        await store.accept([invoice(`${name}-${n}`), invoice(`${name}-${n}-2`)]);
      }
    };
    const watching = watch();
    await Promise.all([post(one, 'x'), post(one, 'y'), post(other, 'u'), post(other, 'v')]);
    posting.abort();
    await watching;
    // Whoever has once seen an id sees no new one below it later.
    const late = seen.flatMap((ids, look) => {
      const before = seen[look - 1] ?? [];
      const known = new Set(before);
      return ids.filter((id) => id < (before.at(-1) ?? 0) && !known.has(id));
    });
    expect(late).toEqual([]);
    expect(seen.length).toBeGreaterThan(10);
  });

  it('knows no id whose row is not committed', async () => {
    const [record] = await accepted(one, invoice('a'));
    // As an instance does that has taken its turn and not committed yet.
    await engine.look(url, "SELECT nextval('record_id_seq')");
    expect(await other.lastId()).toBe(record?.id);
  });

  it('asks what goes next of the lanes of the one who asks', async () => {
    const records = await accepted(one, ...invoices(50));
    const [first, second] = [EVERY.slice(0, 32), EVERY.slice(32)];
    const views = [
      one.relayedBy(await shareOf(one, first)),
      other.relayedBy(await shareOf(other, second)),
    ];
    const pages = await Promise.all(views.map((view) => view.pendingPage(WHOLE_PAGE)));
    expect(pages.map((page) => page.length)).toEqual(
      [first, second].map((lanes) => {
        return records.filter(({ lane }) => lanes.includes(lane)).length;
      }),
    );
    expect(pages.flat()).toHaveLength(50);
  });

  it('refuses the changes of an instance whose slot is another’s', async () => {
    const [record] = await accepted(one, invoice('a'));
    const share = await shareOf(one);
    const zombie = one.relayedBy(share);
    await sent(zombie, []);
    await engine.look(url, `UPDATE slot SET expires_at = now() WHERE slot = ${share.slot}`);
    await leasesOf(other).takeOver(share.slot);
    const lost = { code: 'lease_lost' };
    const entries = [{ id: record?.id ?? 0, topic: 'notas', partition: 0 }];
    await expect(zombie.openBatch('main-0', 'records', entries)).rejects.toMatchObject(lost);
    await expect(zombie.closeBatch('main-0', 1)).rejects.toMatchObject(lost);
    await expect(zombie.bury([{ id: 1, code: 'c', error: 'e' }])).rejects.toMatchObject(lost);
    await expect(zombie.settle([])).rejects.toMatchObject(lost);
    expect(await one.find('a')).toMatchObject({ status: 'pending' });
    // Accepting is nobody's privilege.
    await accepted(one, invoice('b'));
  });

  describe('tells the others', () => {
    let acceptedThere: (IdRange | null)[];
    let settledThere: (IdRange | null)[];

    beforeEach(async () => {
      acceptedThere = [];
      settledThere = [];
      other.onAcceptedElsewhere((ids) => acceptedThere.push(ids));
      other.onSettledElsewhere((ids) => settledThere.push(ids));
      // Whoever begins to listen is told that he may have missed something; then he hears.
      let last: number | undefined;
      for (let n = 0; acceptedThere.every((ids) => ids === null); n++) {
        last = (await accepted(one, invoice(`heard-${n}`)))[0]?.id;
        await delay(20);
      }
      await until(
        'all of it is heard',
        async () => acceptedThere,
        (told) => told.some((ids) => ids?.[1] === last),
      );
      acceptedThere.length = 0;
      settledThere.length = 0;
    });

    it('what was accepted and settled', async () => {
      const [record] = await accepted(one, invoice('a'));
      const id = record?.id ?? 0;
      await until(
        'it is told',
        async () => acceptedThere,
        ({ length }) => length > 0,
      );
      expect(acceptedThere).toEqual([[id, id]]);
      await sent(one, [record as never]);
      await until(
        'it is told',
        async () => settledThere,
        ({ length }) => length > 0,
      );
      expect(settledThere).toEqual([[id, id]]);
      expect(await other.settledOf([id])).toMatchObject([{ status: 'sent', offset: '100' }]);
    });

    it('which dead letters were replayed and discarded', async () => {
      const told: string[] = [];
      other.onReplayed((records) => {
        for (const { messageId } of records) told.push(`replayed ${messageId}`);
      });
      other.onDiscarded((gone) => {
        for (const { id } of gone) told.push(`gone ${id}`);
      });
      const [a, b] = await accepted(one, invoice('a'), invoice('b'));
      await buried(one, a as never, b as never);
      await one.replay('a', AUDIT);
      await one.discard('b', AUDIT);
      await until(
        'both are told',
        async () => told,
        ({ length }) => length >= 2,
      );
      expect(told.toSorted()).toEqual([`gone ${b?.id}`, 'replayed a']);
    });

    it('that there was more than can be told', async () => {
      const letters = await accepted(one, ...invoices(2_000));
      await buried(one, ...letters);
      await delay(300);
      acceptedThere.length = 0;
      // One notification holds less than 8,000 bytes; a slice has 100 letters, all of one commit have more.
      await Promise.all(letters.map(({ messageId }) => one.replay(messageId, AUDIT)));
      await until(
        'it is told',
        async () => acceptedThere,
        (told) => told.includes(null),
      );
    });

    it('also after its connection was lost, that it may have missed something', async () => {
      await engine.look(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'",
      );
      await until(
        'it listens again',
        async () => acceptedThere,
        (told) => told.includes(null),
      );
      acceptedThere.length = 0;
      await accepted(one, invoice('a'));
      await until(
        'it is told',
        async () => acceptedThere,
        ({ length }) => length > 0,
      );
    }, 30_000);
  });

  it('gives each instance the failed transactions that it sends, and no others', async () => {
    const name = (n: number) => ({ id: `t${n}`, size: 2 });
    const pairs = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) =>
        accepted(
          one,
          invoice(`a${n}`, { transaction: name(n), key: Buffer.from(`a${n}`) }),
          invoice(`b${n}`, { transaction: name(n), key: Buffer.from(`b${n}`) }),
        ),
      ),
    );
    const failed = pairs.flat().map(({ id }) => ({ id, code: 'x', error: 'x', nextAt: 1 }));
    await one.reschedule(failed);
    const lanesOf = (start: number) => EVERY.filter((lane) => lane % 2 === start);
    const [even, odd] = [await shareOf(one, lanesOf(0)), await shareOf(other, lanesOf(1))];
    const due = (store: OutboxStore, share: Share) =>
      store.relayedBy(share).dueTransactions(1, 0, 10);
    const homes = pairs.map(([first], n) => ({ lane: first?.lane ?? 0, id: name(n).id }));
    for (const [start, found] of [await due(one, even), await due(other, odd)].entries()) {
      const own = homes.filter(({ lane }) => lane % 2 === start);
      expect(found.map(({ id }) => id).toSorted()).toEqual(own.map(({ id }) => id));
    }
  });

  it('notes which records of a transaction have arrived, until they are sent', async () => {
    const transaction = { id: 't', size: 2 };
    const pair = [invoice('a', { transaction }), invoice('b', { transaction })];
    const records = await accepted(one, ...pair);
    const [a, b] = records;
    expect([...(await one.homeLanes(['t', 'unknown']))]).toEqual([['t', a?.lane]]);
    await other.noteArrived([b?.id ?? 0, 4711]);
    await other.noteArrived([b?.id ?? 0]);
    expect(await one.arrived(['t'])).toEqual([
      { id: b?.id, topic: 'notas', key: b?.key, lane: b?.lane, transactionId: 't' },
    ]);
    await buried(one, ...records);
    await one.replay('a', AUDIT);
    expect(await one.arrived(['t'])).toHaveLength(1);
    await sent(one, records);
    expect(await engine.look(url, 'SELECT record_id FROM arrived')).toEqual([]);
  });
});
