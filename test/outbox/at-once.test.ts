import { jest } from '@jest/globals';
import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { SqlOutboxStore } from '../../libs/outbox/src/sql-outbox.store.js';
import { BATCHES, SETTLING } from '../../libs/outbox/src/sqlite/relaying.js';
import { Opened, sqliteTestEngine } from './engines.js';
import { accepted, buried, invoice, invoices, sent, statuses } from './records.js';
import { written } from './written.js';

const NOW = 1_764_000_000_000;
const AUDIT = { actor: 'test' };
const TABLES = ['record', 'payload', 'pipeline', 'counter', 'attempt'];

describe('a commit of one statement, on SQLite', () => {
  const engine = sqliteTestEngine();
  const opened = new Opened();
  let url: string;
  let store: OutboxStore;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
    store = await opened.open(url);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await opened.closeAll();
  });

  const entriesOf = (records: readonly OutboxRecord[], partition = 0) =>
    records.map(({ id, topic }) => ({ id, topic, partition }));
  const offsetsOf = (records: readonly OutboxRecord[], first: number) => [
    { topic: 'notas', partition: 0, offsets: records.map((_, n) => String(first + n)) },
  ];

  async function inFlight(records: readonly OutboxRecord[], first = 10): Promise<number> {
    const number = await store.openBatch('main-0', 'records', entriesOf(records));
    await store.noteOffsets('main-0', number, offsetsOf(records, first));
    return number;
  }

  /** The mirror in memory is what the table says. */
  async function expectCountersAsCounted(): Promise<void> {
    const rows = await engine.look(url, 'SELECT name, "value" FROM counter');
    const { rows: byStatus, openBytes, totals } = store.stats();
    const { pending, failed, sent: gone, dlq } = byStatus;
    expect(Object.fromEntries(rows.map((row) => [row['name'], row['value']]))).toEqual({
      ...totals,
      rows_pending: pending,
      rows_failed: failed,
      rows_sent: gone,
      rows_dlq: dlq,
      open_bytes: openBytes,
    });
    const [counted] = await engine.look(
      url,
      "SELECT COUNT(*) FILTER (WHERE status = 'pending') AS pending," +
        " COUNT(*) FILTER (WHERE status = 'failed') AS failed," +
        " COUNT(*) FILTER (WHERE status = 'sent') AS sent, COUNT(*) FILTER (WHERE status = 'dlq') AS dlq," +
        " COALESCE(SUM(bytes) FILTER (WHERE status IN ('pending', 'failed')), 0) AS bytes FROM record",
    );
    expect(counted).toEqual({ ...byStatus, bytes: openBytes });
  }

  it('is the whole way of a batch, one statement a step', async () => {
    const records = await accepted(store, ...invoices(3));
    const statements = written();
    const number = await inFlight(records);
    expect(await store.closeBatch('main-0', number)).toEqual(
      records.map(({ id }, n) => ({ id, partition: 0, offset: String(10 + n) })),
    );
    expect(statements()).toEqual(['at once', 'at once', 'at once']);
    expect(await store.pipeline('main-0')).toMatchObject({
      batchNumber: number,
      committedNumber: number,
      openBatch: null,
    });
    expect(await store.find('nf-2')).toMatchObject({ status: 'sent', partition: 0, offset: '12' });
    await expectCountersAsCounted();
  });

  it('holds POSTs, and steps of several pipelines', async () => {
    const records = await accepted(store, ...invoices(6));
    const number = await inFlight(records.slice(0, 2));
    const statements = written();
    const [, , other, lists] = await Promise.all([
      store.closeBatch('main-0', number),
      store.settle(records.slice(2, 4).map(({ id }) => ({ id, partition: 1, offset: '7' }))),
      store.openBatch('side-0', 'records', entriesOf(records.slice(4))),
      Promise.all(invoices(10).map(({ messageId }) => store.accept([invoice(`${messageId}-b`)]))),
    ]);
    expect(statements()).toEqual(['at once']);
    expect(other).toBe(1);
    expect(lists.flat().map(({ outcome }) => outcome)).toEqual(Array<string>(10).fill('accepted'));
    expect(store.stats().rows).toEqual({ pending: 12, failed: 0, sent: 4, dlq: 0 });
    await expectCountersAsCounted();
  });

  /** Everything that a row may have become since its batch was opened, and a record twice in a list. */
  async function scenario(one: OutboxStore): Promise<unknown> {
    const records = await accepted(one, ...invoices(8, { partition: null }));
    const [a, b, c, d, e, f, g, h] = records as [OutboxRecord, ...OutboxRecord[]];
    const failure = { code: 'unknown_topic', error: 'No such topic.', nextAt: NOW + 1 };
    await one.reschedule([a, b!].map(({ id }) => ({ id, ...failure })));
    const answers: unknown[] = [];
    const whole = [a, c!, d!, e!];
    const number = await one.openBatch('main-0', 'records', entriesOf(whole, 3));
    answers.push(number);
    const offsets = ['9223372036854775807', '1', '2', '3'];
    await one.noteOffsets('main-0', number, [{ topic: 'notas', partition: 3, offsets }]);
    await buried(one, d!, e!);
    await one.discard(d!.messageId, AUDIT);
    answers.push(await one.closeBatch('main-0', number));
    await one.settle([b!, f!, f!, c!].map(({ id }) => ({ id, partition: 5, offset: '77' })));
    await one.settle([{ id: 999, partition: 5, offset: '77' }]);
    await one.settle([]);
    const abandoned = await one.openBatch('main-0', 'records', entriesOf([g!], 2));
    await one.abandonBatch('main-0', abandoned);
    answers.push(await one.openBatch('main-0', 'records', entriesOf([g!, h!], 2)));
    answers.push(await one.openBatch('si"de', 'dead-letters', entriesOf([e!], 1)));
    answers.push(await one.openBatch('empty', 'records', []), one.stats());
    return answers;
  }

  it('does the same as a transaction', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    const dumps = await Promise.all(
      ['at once', 'in a transaction'].map(async (way) => {
        const own = await engine.freshUrl();
        const real = await engine.openEngine(own);
        if (way !== 'at once') Object.assign(real.writer, { atOnce: null });
        const one = opened.keep(await SqlOutboxStore.open(real));
        const answers = await scenario(one);
        const tables: Record<string, unknown> = {};
        for (const table of TABLES) {
          tables[table] = await engine.look(own, `SELECT * FROM ${table} ORDER BY 1, 2`);
        }
        const text = JSON.stringify({ answers, tables });
        return JSON.parse(text.replaceAll(one.incarnation, 'token')) as unknown;
      }),
    );
    expect(dumps[0]).toEqual(dumps[1]);
  });

  it('undoes all of it when a message id is known, whichever of its triggers has run before', async () => {
    await accepted(store, invoice('known'));
    const statements = written();
    const [again, opening] = await Promise.all([
      store.accept([invoice('known')]),
      store.openBatch('main-0', 'records', []),
    ]);
    expect(statements().slice(0, 2)).toEqual(['at once', 'BEGIN']);
    expect(again.map(({ outcome }) => outcome)).toEqual(['duplicate']);
    expect(opening).toBe(1);
    await expectCountersAsCounted();
  });

  it('changes nothing when a batch is not open, and the others of its group are done all the same', async () => {
    const records = await accepted(store, ...invoices(4));
    const number = await inFlight(records.slice(0, 2));
    await engine.look(url, "UPDATE pipeline SET open_batch = NULL WHERE name = 'main-0'");
    const [closing, settling, posting] = await Promise.allSettled([
      store.closeBatch('main-0', number),
      store.settle(records.slice(2).map(({ id }) => ({ id, partition: 0, offset: '1' }))),
      store.accept([invoice('posted')]),
    ]);
    expect(closing).toMatchObject({
      status: 'rejected',
      reason: { message: `Batch ${number} of pipeline main-0 is not open.` },
    });
    expect([settling.status, posting.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(await statuses(store)).toEqual({
      'nf-0': 'pending',
      'nf-1': 'pending',
      'nf-2': 'sent',
      'nf-3': 'sent',
      posted: 'pending',
    });
    await expectCountersAsCounted();
  });

  it.each<[string, (number: number) => Promise<unknown>, string]>([
    ['opens one beside it', () => store.openBatch('main-0', 'records', []), 'has an open batch'],
    ['notes another one', (number) => store.noteOffsets('main-0', number + 1, []), 'is not open'],
    ['closes another one', (number) => store.closeBatch('main-0', number + 1), 'is not open'],
    ['notes one of nobody', () => store.noteOffsets('main-9', 1, []), 'is not open'],
  ])('leaves an open batch alone when somebody %s', async (_name, wrong, message) => {
    const records = await accepted(store, ...invoices(2));
    const number = await inFlight(records);
    const before = await engine.look(url, 'SELECT * FROM pipeline');
    await expect(wrong(number)).rejects.toThrow(message);
    expect(await engine.look(url, 'SELECT * FROM pipeline')).toEqual(before);
    expect(await store.closeBatch('main-0', number)).toHaveLength(2);
  });

  it('is none for a batch that another process has opened: it is looked at', async () => {
    const records = await accepted(store, ...invoices(2));
    const number = await inFlight(records);
    await opened.closeAll();
    store = await opened.open(url);
    const statements = written();
    expect(await store.closeBatch('main-0', number)).toHaveLength(2);
    expect(statements()[0]).toBe('BEGIN');
    await sent(store, await accepted(store, invoice('later')));
    await expectCountersAsCounted();
  });

  it('closes the batch that is open, and not one that was opened before it', async () => {
    const records = await accepted(store, ...invoices(3));
    await store.abandonBatch('main-0', await inFlight(records.slice(0, 1)));
    const rest = records.slice(1);
    const [number] = await Promise.all([
      store.openBatch('main-0', 'records', entriesOf(rest)),
      store.noteLedger('side-0'),
    ]);
    await Promise.all([
      store.noteOffsets('main-0', number, offsetsOf(rest, 50)),
      store.noteLedger('side-0'),
    ]);
    expect(await store.closeBatch('main-0', number)).toEqual(
      rest.map(({ id }, n) => ({ id, partition: 0, offset: String(50 + n) })),
    );
    expect(await statuses(store)).toEqual({ 'nf-0': 'pending', 'nf-1': 'sent', 'nf-2': 'sent' });
  });

  it('opens a batch without the offsets of an earlier one', async () => {
    await sent(store, await accepted(store, invoice('a')));
    await engine.look(url, "UPDATE pipeline SET appended = '[]'");
    await store.openBatch('main-0', 'records', []);
    expect((await store.pipeline('main-0')).openBatch).toMatchObject({ appended: null });
  });

  it('finds its rows by their keys', async () => {
    for (const statement of [...SETTLING, ...BATCHES]) {
      const asked = statement
        .replace(/RAISE\([^)]*\)/u, '1')
        .replaceAll('NEW.sent', "jsonb('[]')")
        .replaceAll('NEW.steps', "'[]'")
        .replaceAll('NEW.now', '1');
      const plan = await engine.look(url, `EXPLAIN QUERY PLAN ${asked}`);
      const lines = plan.map((row) => String(row['detail'])).join('\n');
      expect(lines).not.toMatch(/SCAN (record|pipeline)/);
      const searched = statement.includes('NEW.sent') ? 'record USING INTEGER PRIMARY KEY' : '';
      expect(lines).toContain(searched);
    }
  });
});
