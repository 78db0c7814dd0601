import { openOutbox, type OutboxStore, type ValueKeys } from '@bridge/outbox';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, invoice, invoices, sent, WHOLE_PAGE } from './records.js';

const AUDIT = { actor: 'maria' };
const OLD = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW = { id: 'new', key: Buffer.alloc(32, 2) };
const VALUE = Buffer.from('{"cpf":"52998224725","nome":"Maria"}');

describe.each([sqliteTestEngine(), postgresTestEngine()])(
  'values with a key on $name',
  (engine) => {
    const opened = new Opened();
    let url: string;

    beforeAll(() => engine.start());
    afterAll(() => engine.stop());
    beforeEach(async () => {
      url = await engine.freshUrl();
    });
    afterEach(() => opened.closeAll());

    const open = async (...keys: ValueKeys | []): Promise<OutboxStore> => {
      await opened.closeAll();
      const [first, ...others] = keys;
      const valueKeys = first === undefined ? {} : { valueKeys: [first, ...others] as const };
      return opened.keep(await openOutbox({ url, ballastBytes: 0, ...valueKeys }));
    };
    const stored = async (id: string) => {
      const sql = `SELECT p."value", p.key_id FROM payload p JOIN record r ON r.id = p.record_id WHERE r.message_id = '${id}'`;
      const [row] = await engine.look(url, sql);
      return { value: row?.['value'] as Buffer | undefined, keyId: row?.['key_id'] };
    };

    it('are encrypted in the database and as they were for everybody who asks the outbox', async () => {
      let store = await open(NEW);
      const told: (Buffer | null)[] = [];
      store.onAccepted((records) => told.push(...records.map(({ value }) => value)));
      const given = [VALUE, null, Buffer.alloc(0), Buffer.alloc(100_000, 'x')];
      const records = given.map((value, n) => invoice(`nf-${n}`, { value }));
      const rows = await accepted(
        store,
        ...records,
        ...invoices(70).map((one) => ({ ...one, messageId: `m-${one.messageId}` })),
      );
      expect(rows.slice(0, 4).map(({ value }) => value)).toEqual(given);
      expect(told.slice(0, 4)).toEqual(given);
      const { value, keyId } = await stored('nf-0');
      expect([value?.includes('52998224725'), keyId]).toEqual([false, 'new']);
      expect(await stored('nf-1')).toEqual({ value: undefined, keyId: undefined });
      store = await open(NEW);
      const page = await store.pendingPage(WHOLE_PAGE);
      expect(page.slice(0, 4).map((one) => one.value)).toEqual(given);
      expect((await store.load([1]))[0]?.value).toEqual(VALUE);
      await buried(store, ...page.slice(0, 1));
      expect((await store.deadLetter('nf-0'))?.value).toEqual(VALUE);
      expect((await store.unpublishedDeadLetters(1, 1e6))[0]?.value).toEqual(VALUE);
      expect((await store.replay('nf-0', AUDIT)).value).toEqual(VALUE);
      await sent(store, page.slice(1, 4));
      expect(store.stats().rows).toMatchObject({ sent: 3, pending: 71 });
    });

    it('are the same request when they are posted again, with another key, too', async () => {
      await accepted(await open(OLD), invoice('a', { value: VALUE }));
      const [again] = await (await open(NEW, OLD)).accept([invoice('a', { value: VALUE })]);
      expect(again?.outcome).toBe('duplicate');
    });

    it('of before are read as they are, and those of an old key with that', async () => {
      await accepted(await open(), invoice('clear', { value: VALUE }));
      await accepted(await open(OLD), invoice('old', { value: VALUE }));
      const store = await open(NEW, OLD);
      await accepted(store, invoice('new', { value: VALUE }));
      expect([(await stored('clear')).keyId, (await stored('old')).keyId]).toEqual([null, 'old']);
      expect((await stored('new')).keyId).toBe('new');
      const page = await store.pendingPage(WHOLE_PAGE);
      expect(page.map(({ value }) => value)).toEqual([VALUE, VALUE, VALUE]);
    });

    it.each(['pending', 'failed', 'dlq'])(
      'keep the outbox from opening while one that is %s has no key, and lose nothing',
      async (status) => {
        const store = await open(OLD);
        const [row] = await accepted(store, invoice('waits', { value: VALUE }));
        const failure = { id: row?.id ?? 0, code: 'c', error: 'e' };
        if (status === 'failed') await store.reschedule([{ ...failure, nextAt: 1 }]);
        if (status === 'dlq') await store.bury([failure]);
        for (const keys of [[], [NEW]] as const) {
          await expect(open(...keys)).rejects.toMatchObject({
            code: 'values_key_missing',
            message: expect.stringContaining('need the key old') as string,
          });
        }
        const again = await open(NEW, OLD);
        expect((await again.load([1]))[0]?.value).toEqual(VALUE);
      },
    );

    it('that were sent need no key any more', async () => {
      const store = await open(OLD);
      await sent(store, await accepted(store, invoice('sent', { value: VALUE })));
      expect((await (await open(NEW)).find('sent'))?.status).toBe('sent');
    });

    it('never go out as they are stored, nor those of another record in their place', async () => {
      const store = await open(NEW);
      await accepted(
        store,
        invoice('a', { value: VALUE }),
        invoice('b', { value: Buffer.from(`${VALUE.toString()}.`) }),
      );
      await engine.look(url, "DELETE FROM meta WHERE name = 'value_keys'");
      const without = await open();
      const missing = { code: 'values_key_missing' };
      await expect(without.pendingPage(WHOLE_PAGE)).rejects.toMatchObject(missing);
      const whole = await open(NEW);
      expect(await whole.load([1])).toHaveLength(1);
      await engine.look(
        url,
        'UPDATE payload SET "value" = (SELECT p."value" FROM payload p WHERE p.record_id = 2) WHERE record_id = 1',
      );
      await expect(whole.load([1])).rejects.toMatchObject({
        code: 'storage_corrupt',
        messageId: 'a',
      });
    });

    it("of one tenant do not open beside another's record of the same message id", async () => {
      const store = await open(NEW);
      const [norte, sul] = await accepted(
        store,
        invoice('a', { tenant: 'norte', topic: 'norte-notas', value: VALUE }),
        invoice('a', { tenant: 'sul', topic: 'sul-notas', value: VALUE }),
      );
      const ids = [norte?.id ?? 0, sul?.id ?? 0];
      expect((await store.load(ids)).map(({ value }) => value)).toEqual([VALUE, VALUE]);
      const ofNorte = `(SELECT p."value" FROM payload p WHERE p.record_id = ${ids[0]})`;
      await engine.look(url, `UPDATE payload SET "value" = ${ofNorte} WHERE record_id = ${ids[1]}`);
      expect((await store.load(ids.slice(0, 1)))[0]?.value).toEqual(VALUE);
      await expect(store.load(ids.slice(1))).rejects.toMatchObject({ code: 'storage_corrupt' });
    });
  },
);
