import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, hash, HOUR, invoice, sent, WHOLE_PAGE } from './records.js';

const AUDIT = { actor: 'maria', reason: 'test' };
const of = (tenant: string, messageId: string, topic = `${tenant}-notas`) =>
  invoice(messageId, { tenant, topic, requestHash: hash(`${tenant} ${messageId}`) });

describe.each([sqliteTestEngine(), postgresTestEngine()])(
  'the records of tenants on $name',
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

    it('have message ids of their own, also within one commit, and also when they are purged', async () => {
      const [a, b] = await Promise.all([
        store.accept([of('acme', 'x'), of('acme', 'y')]),
        store.accept([of('beta', 'x'), of('beta', 'y')]),
      ]);
      const rows = [...a, ...b].flatMap((one) => (one.outcome === 'accepted' ? [one.record] : []));
      expect(rows.map(({ tenant, messageId }) => `${tenant} ${messageId}`)).toEqual([
        'acme x',
        'acme y',
        'beta x',
        'beta y',
      ]);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
      await sent(store, rows);
      const past = Date.now() + HOUR;
      await store.purge({ sentBefore: past, idsBefore: 0, deadLettersBefore: 0 }, 100);
      for (const tenant of ['acme', 'beta']) {
        expect(await store.find('x', { tenant })).toMatchObject({ tenant, purged: true });
        expect(await store.accept([of(tenant, 'x')])).toMatchObject([{ outcome: 'duplicate' }]);
      }
      await expect(
        store.accept([{ ...of('beta', 'x'), requestHash: hash('other') }]),
      ).rejects.toMatchObject({ code: 'message_id_reused' });
    });

    it('are the same in the same topic, whatever tenant it has got since', async () => {
      await accepted(store, of('', 'x', 'notas'));
      const again = { ...of('acme', 'x', 'notas'), requestHash: hash(' x') };
      expect(await store.accept([again])).toMatchObject([
        { outcome: 'duplicate', record: { tenant: '' } },
      ]);
      await expect(store.accept([of('acme', 'x', 'notas')])).rejects.toMatchObject({
        code: 'message_id_reused',
      });
      const elsewhere = await store.accept([of('acme', 'x', 'acme-notas')]);
      expect(elsewhere).toMatchObject([{ outcome: 'accepted' }]);
      // The tenant's own one comes first from now on.
      expect(await store.accept([of('acme', 'x', 'acme-notas')])).toMatchObject([
        { outcome: 'duplicate', record: { tenant: 'acme' } },
      ]);
    });

    it('are found, replayed and discarded by whom they are in sight of', async () => {
      const rows = await accepted(store, of('acme', 'x'), of('beta', 'x'), of('', 'x', 'notas'));
      await buried(store, ...rows);
      const seen = async (sight: object): Promise<unknown> =>
        (await store.find('x', sight))?.tenant ?? null;
      expect(await seen({})).toBe('');
      expect(await seen({ tenant: 'beta' })).toBe('beta');
      expect(await seen({ topics: ['acme-*'] })).toBe('acme');
      expect(await seen({ topics: ['acme-*'], tenant: 'beta' })).toBeNull();
      expect(await seen({ topics: [] })).toBeNull();
      expect(await store.deadLetter('x', { tenant: 'beta' })).toMatchObject({ tenant: 'beta' });
      const beta = { topics: ['beta-*'] };
      await expect(store.replay('x', AUDIT, undefined, { topics: ['b'] })).rejects.toMatchObject({
        code: 'not_found',
      });
      const again = await store.replay('x', AUDIT, undefined, beta);
      expect(again).toMatchObject({ tenant: 'beta', status: 'pending' });
      await expect(store.discard('x', AUDIT, beta)).rejects.toMatchObject({
        code: 'not_replayable',
      });
      await store.discard('x', AUDIT, { tenant: 'acme' });
      expect(await store.find('x', { tenant: 'acme' })).toMatchObject({ purged: true });
      expect(await store.find('x', { tenant: 'beta' })).toMatchObject({ status: 'pending' });
      expect(await store.find('x')).toMatchObject({ tenant: '', status: 'dlq' });
      expect(await store.countDeadLetters({ tenant: 'acme' })).toEqual([]);
      expect((await store.list({ tenant: 'beta' }, 10)).items).toHaveLength(1);
      const audited = await engine.look(url, 'SELECT action, tenant FROM audit ORDER BY id');
      expect(audited).toEqual([
        { action: 'replay', tenant: 'beta' },
        { action: 'discard', tenant: 'acme' },
      ]);
    });

    it('that wait are told and counted for each', async () => {
      const rows = await accepted(
        store,
        of('', 'n', 'notas'),
        of('beta', 'x'),
        of('acme', 'x'),
        of('acme', 'y'),
      );
      expect((await store.waitingTenants()).toSorted()).toEqual(['acme', 'beta']);
      expect(await store.pendingOfTenant('acme', 100)).toBe(2);
      expect(await store.pendingOfTenant('acme', 1)).toBe(1);
      const page = async (tenant: string): Promise<readonly OutboxRecord[]> =>
        store.pendingPage({ ...WHOLE_PAGE, tenant });
      expect((await page('acme')).map(({ messageId }) => messageId)).toEqual(['x', 'y']);
      expect((await page('')).map(({ messageId }) => messageId)).toEqual(['n']);
      await sent(
        store,
        rows.filter(({ tenant }) => tenant === 'acme'),
      );
      expect(await store.waitingTenants()).toEqual(['beta']);
      expect(await store.pendingOfTenant('acme', 100)).toBe(0);
    });

    it('stand with their tenant in what users query', async () => {
      await accepted(store, of('acme', 'x'));
      expect(await engine.look(url, 'SELECT message_id, tenant FROM outbox')).toEqual([
        { message_id: 'x', tenant: 'acme' },
      ]);
    });
  },
);
