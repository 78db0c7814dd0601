import { openOutbox, type NewRecord, type OutboxStore } from '@bridge/outbox';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, invoice, invoices, WHOLE_PAGE } from './records.js';

const ANY_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** What Node's pool of small buffers has together; a larger record has its own memory. */
const POOL_BYTES = 8_192;

const ODD: Readonly<Record<string, Partial<NewRecord>>> = {
  'no key': { key: null },
  'an empty key': { key: Buffer.alloc(0) },
  'a key and a value of any bytes': { key: ANY_BYTES, value: ANY_BYTES },
  'a value that is no text': { value: Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x00]) },
  'a tombstone': { value: null },
  'an empty value': { value: Buffer.alloc(0) },
  'nothing at all': { key: null, value: null, headers: [] },
  'a large value': { value: Buffer.alloc(20_000, 'ç') },
  'headers of any bytes, one twice': {
    headers: [
      { name: 'filial "São Paulo"', value: ANY_BYTES },
      { name: 'n', value: Buffer.alloc(0) },
      { name: 'n', value: Buffer.from('2') },
    ],
  },
  'a tenant and a partition that was asked for': {
    tenant: 'filial-01',
    requestedPartition: 2,
    partition: 2,
  },
  'no partition yet': { partition: null },
  'a timestamp': { timestamp: 1_764_150_000_000 },
};

describe.each([sqliteTestEngine(), postgresTestEngine()])('a page on $name', (engine) => {
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

  it('is empty where nothing waits', async () => {
    expect(await store.pendingPage(WHOLE_PAGE)).toEqual([]);
    expect(await store.pendingOfTopic('notas', null, 10, 1_000)).toEqual([]);
  });

  it('has every record as it was accepted, and in the order of acceptance', async () => {
    const given = Object.entries(ODD).map(([name, changes], n) =>
      invoice(`nf-${n} "${name}" ç\\n\u0001`, changes),
    );
    const records = await accepted(store, ...given);
    expect(await store.pendingPage(WHOLE_PAGE)).toEqual(records);
    expect(await store.load(records.map(({ id }) => id))).toEqual(records);
    expect(await store.pendingOfTopic('notas', null, 100, 1024 * 1024)).toEqual(records);
  });

  it('has encrypted values as they were posted', async () => {
    await opened.closeAll();
    const key = { id: 'k', key: Buffer.alloc(32, 1) };
    store = opened.keep(await openOutbox({ url, ballastBytes: 0, valueKeys: [key] }));
    const records = await accepted(
      store,
      ...Object.values(ODD).map((changes, n) => invoice(`nf-${n}`, changes)),
    );
    expect(await store.pendingPage(WHOLE_PAGE)).toEqual(records);
  });

  it('ends where its bytes do, and goes on behind that', async () => {
    const records = await accepted(store, ...invoices(50));
    const found: number[] = [];
    for (let afterId = 0; ;) {
      const page = await store.pendingPage({ ...WHOLE_PAGE, afterId, limit: 7, maxBytes: 300 });
      if (page.length === 0) break;
      expect(page.length).toBeLessThan(7);
      found.push(...page.map(({ id }) => id));
      afterId = found.at(-1) ?? 0;
    }
    expect(found).toEqual(records.map(({ id }) => id));
  });

  it('is not kept in memory by one of its records', async () => {
    await accepted(store, ...invoices(500));
    const [record] = await store.pendingPage(WHOLE_PAGE);
    expect(record?.value?.buffer.byteLength).toBeLessThanOrEqual(POOL_BYTES);
    expect(record?.key?.buffer.byteLength).toBeLessThanOrEqual(POOL_BYTES);
  });
});
