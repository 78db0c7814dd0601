import { OutboxError, Reconciliation, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, invoice, sent, WHOLE_PAGE } from './records.js';

const AUDIT = { actor: 'maria' };
const TRANSACTION = { id: 'a-transaction', size: 2 };

describe.each([sqliteTestEngine(), postgresTestEngine()])('transactions on $name', (engine) => {
  const opened = new Opened();
  let store: OutboxStore;
  let url: string;
  let rows: readonly OutboxRecord[];

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
    store = await opened.open(url);
    rows = await accepted(
      store,
      invoice('one', { transaction: TRANSACTION }),
      invoice('two', { transaction: TRANSACTION, topic: 'itens' }),
      invoice('alone'),
    );
  });
  afterEach(() => opened.closeAll());

  const idsOf = (records: readonly { readonly messageId: string }[]) =>
    records.map(({ messageId }) => messageId);
  const buryThem = () => buried(store, ...rows);

  it('are found whole until they are sent', async () => {
    expect(idsOf(await store.ofTransaction(TRANSACTION.id))).toEqual(['one', 'two']);
    expect((await store.pendingPage(WHOLE_PAGE)).map(({ transaction }) => transaction)).toEqual([
      TRANSACTION,
      TRANSACTION,
      null,
    ]);
    await sent(store, rows);
    expect(await store.ofTransaction(TRANSACTION.id)).toEqual([]);
  });

  it('come due by themselves, apart from records that belong to none', async () => {
    const failures = rows.map(({ id }) => ({ id, code: 'unknown_topic', error: 'x', nextAt: 100 }));
    await store.reschedule(failures);
    const firstId = rows[0]?.id ?? 0;
    expect(await store.dueTransactions(99, 0, 10)).toEqual([]);
    expect(await store.dueTransactions(100, 0, 10)).toEqual([{ id: TRANSACTION.id, firstId }]);
    expect(await store.dueTransactions(100, firstId, 10)).toEqual([]);
    expect(idsOf(await store.dueRetries(100, 10))).toEqual(['alone']);
  });

  it('are replayed whole, whichever record is named', async () => {
    await buryThem();
    const told: OutboxRecord[] = [];
    store.onReplayed((records) => told.push(...records));
    expect((await store.replay('two', AUDIT)).messageId).toBe('two');
    expect(idsOf(told)).toEqual(['one', 'two']);
    expect(store.stats().rows).toMatchObject({ pending: 2, dlq: 1 });
  });

  it('keep their other topics when one record goes elsewhere', async () => {
    await buryThem();
    await store.replay('two', AUDIT, 'itens-v2');
    const found = await store.ofTransaction(TRANSACTION.id);
    expect(found.map(({ topic }) => topic)).toEqual(['notas', 'itens-v2']);
  });

  it('are replayed whole by a filter that meets one of their records', async () => {
    await buryThem();
    expect(await store.replayMatching({ topic: 'itens' }, 10, AUDIT)).toBe(2);
    expect(store.stats().rows).toMatchObject({ pending: 2, dlq: 1 });
  });

  it('are not replayed once a record of them is gone', async () => {
    await buryThem();
    const none = { sentBefore: 0, idsBefore: 0 };
    await store.purge({ ...none, deadLettersBefore: Date.now() + 1_000 }, 1);
    expect(await store.find('one')).toMatchObject({ purged: true });
    await expect(store.replay('two', AUDIT)).rejects.toThrow(
      expect.objectContaining({ code: 'not_replayable' } satisfies Partial<OutboxError>),
    );
    expect(await store.replayMatching({ topic: 'itens' }, 10, AUDIT)).toBe(0);
  });

  it('of which a reconciliation finds a part in Kafka let the rest go by itself', async () => {
    await opened.closeAll();
    const outbox = await Reconciliation.open({ url, ballastBytes: 0 });
    const found = [{ id: rows[0]?.id ?? 0, partition: 0, offset: '7' }];
    const nothing = { published: [], remembered: [], sendAgain: [], pipelines: [] };
    expect(await outbox.apply({ ...nothing, sent: found }, AUDIT)).toMatchObject({ dissolved: 1 });
    await outbox.close();
    store = await opened.open(url);
    expect(
      (await store.pendingPage(WHOLE_PAGE)).map((row) => [row.messageId, row.transaction]),
    ).toEqual([
      ['two', null],
      ['alone', null],
    ]);
  });

  it('are discarded whole', async () => {
    await buryThem();
    const letters = await Promise.all(['one', 'two'].map((id) => store.deadLetter(id)));
    const told: number[] = [];
    store.onDiscarded((gone) => told.push(...gone.map(({ id }) => id)));
    await store.discard('one', AUDIT);
    expect(told).toEqual(letters.map((letter) => letter?.id));
    expect(store.stats()).toMatchObject({ rows: { dlq: 1 }, totals: { discarded: 2 } });
    expect(await store.find('two')).toMatchObject({ purged: true });
  });
});
