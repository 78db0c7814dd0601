import type { OutboxStore, PurgeAges } from '@bridge/outbox';
import { purgeExpired } from '../../libs/outbox/src/purge.js';
import { Transaction } from '../../libs/outbox/src/transaction.js';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, HOUR, invoice, sent, statuses } from './records.js';

describe.each([sqliteTestEngine(), postgresTestEngine()])(
  'retention by topic on $name',
  (engine) => {
    const opened = new Opened();
    let url: string;
    let store: OutboxStore;

    beforeAll(() => engine.start());
    afterAll(() => engine.stop());
    beforeEach(async () => {
      url = await engine.freshUrl();
      store = await opened.open(url);
    });
    afterEach(() => opened.closeAll());

    /** Records of a topic that were sent so long ago. */
    async function sentBefore(topic: string, ms: number, ...ids: readonly string[]): Promise<void> {
      const records = await accepted(store, ...ids.map((id) => invoice(id, { topic })));
      await sent(store, records);
      const them = records.map(({ id }) => id).join(', ');
      await engine.look(url, `UPDATE record SET sent_at = sent_at - ${ms} WHERE id IN (${them})`);
    }
    const ages = (sentMs: number, clientesMs: number, deadMs = HOUR): PurgeAges => {
      const now = Date.now();
      const dead = { deadLettersBefore: now - 9 * HOUR };
      const clientes = { topic: 'clientes*', sentBefore: now - clientesMs };
      return {
        sentBefore: now - sentMs,
        idsBefore: 0,
        ...dead,
        byTopic: [{ ...clientes, deadLettersBefore: now - deadMs }],
      };
    };
    const left = async () => Object.keys(await statusesOf()).toSorted();
    const statusesOf = async (): Promise<Readonly<Record<string, string>>> => {
      const rows = await engine.look(url, 'SELECT message_id, status FROM record');
      return Object.fromEntries(rows.map((row) => [row['message_id'], row['status']] as const));
    };

    it('removes what is past the age of its topic, shorter or longer than that of the others', async () => {
      await sentBefore('clientes-sp', 3 * HOUR, 'c-old');
      await sentBefore('notas', 3 * HOUR, 'n-old');
      await sentBefore('clientes-sp', HOUR, 'c-new');
      await sentBefore('notas', HOUR, 'n-new');
      expect(await store.purge(ages(5 * HOUR, 2 * HOUR), 100)).toBe(1);
      expect(await left()).toEqual(['c-new', 'n-new', 'n-old']);
      expect(await store.find('c-old')).toMatchObject({ status: 'sent', purged: true });
      await opened.closeAll();
      store = await opened.open(url);
      expect(await store.purge(ages(2 * HOUR, 5 * HOUR), 100)).toBe(1);
      expect(await left()).toEqual(['c-new', 'n-new']);
      expect(store.stats().rows.sent).toBe(2);
    });

    it('goes on where it was: what is kept is looked at once, and nothing is passed over', async () => {
      const rules = (): PurgeAges => ages(9 * HOUR, 2 * HOUR);
      await sentBefore('notas', 5 * HOUR, ...Array.from({ length: 1_500 }, (_, n) => `n-${n}`));
      await sentBefore('clientes', 4 * HOUR, 'c-1', 'c-2', 'c-3');
      // Two at a time, and then the last one.
      expect(await store.purge(rules(), 2)).toBe(2);
      expect(await store.purge(rules(), 2)).toBe(1);
      expect(await store.purge(rules(), 2)).toBe(0);
      await sentBefore('clientes', 3 * HOUR, 'c-4');
      expect(await store.purge(rules(), 2)).toBe(1);
      expect(await left()).toHaveLength(1_500);
    });

    it('removes no more at once than a short transaction can', async () => {
      const value = Buffer.alloc(900_000);
      const big = [1, 2, 3, 4].map((n) => invoice(`c-${n}`, { topic: 'clientes', value }));
      for (const one of big) await sent(store, await accepted(store, one));
      const rules = (): PurgeAges => ages(9 * HOUR, -HOUR);
      expect(await store.purge(rules(), 100)).toBe(2);
      expect(await store.purge(rules(), 100)).toBe(2);
      expect(await left()).toEqual([]);
    });

    it('removes dead letters of a topic by their own age, and tells that their keys may go on', async () => {
      const gone: number[] = [];
      store.onDiscarded((records) => gone.push(...records.map(({ id }) => id)));
      const [c] = await accepted(store, invoice('c', { topic: 'clientes' }), invoice('n'));
      await buried(store, ...(await store.load([1, 2])));
      expect(await store.purge(ages(HOUR, HOUR, HOUR), 100)).toBe(0);
      expect(await store.purge(ages(HOUR, HOUR, -HOUR), 100)).toBe(1);
      expect(gone).toEqual([c?.id]);
      expect(await statuses(store)).toEqual({ n: 'dlq' });
    });

    it('leaves what waits, however old', async () => {
      await accepted(store, invoice('waits', { topic: 'clientes' }));
      expect(await store.purge(ages(-HOUR, -HOUR, -HOUR), 100)).toBe(0);
      expect(await statuses(store)).toEqual({ waits: 'pending' });
    });

    it('leaves what has changed since it was found: sent again, replayed, or buried again', async () => {
      const [again, replayed, dead] = await accepted(
        store,
        ...['again', 'replayed', 'dead'].map((id) => invoice(id)),
      );
      if (again === undefined || replayed === undefined || dead === undefined)
        throw new Error('none');
      await buried(store, dead);
      await opened.closeAll();
      const real = await engine.openEngine(url);
      const purge = async (buriedBy: number): Promise<number> => {
        await real.writer.begin();
        const tx = new Transaction(real.writer, real.dialect, Date.now());
        const letters = { deadLetters: [replayed.id, dead.id], buriedBy };
        const found = { sent: [again.id], ...letters, gone: () => undefined };
        const { removed } = await purgeExpired(tx, found, ages(HOUR, HOUR), 100);
        await real.writer.rollback();
        return removed;
      };
      try {
        expect(await purge(Date.now() - HOUR)).toBe(0);
        expect(await purge(Date.now() + HOUR)).toBe(1);
      } finally {
        await real.close();
      }
    });
  },
);
