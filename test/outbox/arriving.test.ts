import { jest } from '@jest/globals';
import type { NewRecord, OutboxStore } from '@bridge/outbox';
import { SqlError, type Engine } from '../../libs/outbox/src/engine.js';
import { knownAmong } from '../../libs/outbox/src/sqlite/arriving.js';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';
import { Opened, sqliteTestEngine } from './engines.js';
import { invoice, invoices } from './records.js';
import { written } from './written.js';

const TRANSACTION = { id: 'f'.repeat(32), size: 2 };
const MIB = 1024 * 1024;

describe('records that arrive, on SQLite', () => {
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

  /** All of them at the same moment, each in a POST of its own. */
  const together = (records: readonly NewRecord[]): Promise<readonly string[]> =>
    Promise.all(records.map(async (record) => (await store.accept([record]))[0]?.outcome ?? ''));

  async function openedEngine(): Promise<Pick<Engine, 'writer' | 'close'>> {
    const real = await engine.openEngine(await engine.freshUrl());
    return { writer: real.writer, close: () => real.close() };
  }

  it.each<[string, Partial<NewRecord>]>([
    ['no key', { key: null }],
    ['an empty key', { key: Buffer.alloc(0) }],
    ['a tombstone', { value: null }],
    ['an empty value', { value: Buffer.alloc(0) }],
    ['no headers', { headers: [] }],
    ['nothing at all', { key: null, value: null, headers: [] }],
    ['bytes that are no text', { key: Buffer.from([0, 255]), value: Buffer.from([0, 1, 255, 0]) }],
    ['a given time', { timestamp: 1_600_000_000_001 }],
    ['a demanded partition', { requestedPartition: 7, partition: 7 }],
    ['a partition that is not chosen', { partition: null }],
    ['a tenant', { tenant: 'acme' }],
    ['a transaction', { transaction: TRANSACTION }],
    ['at least once', { delivery: 'at-least-once' }],
    ['an id of any printable character', { messageId: ` "'\\{}[]$1?~ ` }],
  ])('are kept as they came: %s', async (_name, changes) => {
    const others = [invoice('before'), invoice('after')] as const;
    const answers = await Promise.all(
      [others[0], invoice('one', changes), others[1]].map((record) => store.accept([record])),
    );
    const records = answers.flatMap((one) => one.map(({ record }) => record));
    expect(await store.load(records.map(({ id }) => id))).toEqual(records);
  });

  it('take one statement, however many they are', async () => {
    await store.accept([invoice('first')]);
    const statements = written();
    await together(invoices(300));
    expect(statements()).toEqual(['at once']);
    expect(store.stats().rows.pending).toBe(301);
  });

  it('take one more transaction when one of them is known, and the others are new all the same', async () => {
    await store.accept([invoice('known')]);
    const outcomes = await together([invoice('a'), invoice('known'), invoice('b')]);
    expect(outcomes).toEqual(['accepted', 'duplicate', 'accepted']);
    expect(await together([invoice('a'), invoice('c')])).toEqual(['duplicate', 'accepted']);
    expect(store.stats().totals.received).toBe(4);
    expect(await engine.look(url, 'SELECT COUNT(*) AS n, MAX(id) AS last FROM record')).toEqual([
      { n: 4, last: 4 },
    ]);
  });

  it('are not known by the id of another tenant in another topic', async () => {
    await store.accept([invoice('nf-1', { tenant: 'acme', topic: 'acme.notas' })]);
    const statements = written();
    const other = invoice('nf-1', { tenant: 'umbrella', topic: 'umbrella.notas' });
    expect(await together([other])).toEqual(['accepted']);
    expect(statements()).toEqual(['at once']);
  });

  it('that are too large for one statement are one transaction', async () => {
    const large = invoices(5, { value: Buffer.alloc(MIB / 2, 1) });
    const statements = written();
    await together(large);
    expect(statements()).toEqual([
      'BEGIN',
      'SELECT',
      'SELECT',
      ...Array<string>(5).fill('at once'),
      'COMMIT',
    ]);
    expect(await store.load([1, 2, 3, 4, 5])).toHaveLength(5);
    expect(store.stats().totals.received).toBe(5);
  });

  it('are not told as stored while a transaction could not be ended', async () => {
    const { writer, close } = await openedEngine();
    await writer.begin();
    const query = jest.spyOn(SqliteConnection.prototype, 'query');
    query.mockRejectedValueOnce(new SqlError('operation', new Error('out of memory')));
    await writer.rollback();
    const nothing = { staged: [], now: 1, counters: [] };
    expect(await writer.atOnce?.(nothing, [])).toBeNull();
    await writer.rollback();
    expect(await writer.atOnce?.(nothing, [])).toMatchObject({ batchNumbers: {} });
    await close();
  });

  it('are looked for by their ids', async () => {
    const look = `EXPLAIN QUERY PLAN SELECT 1 ${knownAmong("jsonb('[]')")}`;
    const plan = await engine.look(url, look);
    const lines = plan.map((row) => String(row['detail'])).join('\n');
    expect(lines).toContain('ux_record_message_id (message_id=?)');
    expect(lines).toContain('ux_settled_id_message_id (message_id=?)');
    expect(lines).not.toMatch(/SCAN (record|settled_id)/);
  });
});
