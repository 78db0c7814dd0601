import { inspectOutbox, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, HOUR, invoice, sent, WHOLE_PAGE } from './records.js';

const AUDIT = { actor: 'maria' };

describe.each([sqliteTestEngine(), postgresTestEngine()])('the payload on $name', (engine) => {
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

  /** On PostgreSQL a row that is written anew has another place; SQLite is made to refuse it. */
  async function places(): Promise<unknown> {
    if (engine.name === 'postgres') {
      return engine.look(url, 'SELECT record_id, ctid, xmin FROM payload ORDER BY record_id');
    }
    await engine.look(
      url,
      'CREATE TRIGGER IF NOT EXISTS written_once BEFORE UPDATE ON payload' +
        " BEGIN SELECT RAISE(ABORT, 'A payload was written again.'); END",
    );
    return engine.look(url, 'SELECT record_id FROM payload ORDER BY record_id');
  }

  const kept = async (): Promise<readonly unknown[]> =>
    (await engine.look(url, 'SELECT record_id FROM payload ORDER BY record_id')).map((row) =>
      Number(row['record_id']),
    );

  it('is not written again, whatever becomes of the record', async () => {
    const records = await accepted(
      store,
      ...['a', 'b', 'c'].map((id) => invoice(id, { partition: null })),
    );
    const before = await places();
    const [a, b, c] = records as [OutboxRecord, OutboxRecord, OutboxRecord];
    await store.reschedule([{ id: a.id, code: 'c', error: 'e', nextAt: 1 }]);
    await buried(store, a, b, c);
    await store.notePublished([a.id, b.id]);
    expect((await store.replay('a', AUDIT)).value).toEqual(a.value);
    expect((await store.replay('b', AUDIT, 'outras-notas')).value).toEqual(b.value);
    expect(await store.replayMatching({}, 10, AUDIT)).toBe(1);
    const again = await store.load([a.id, b.id, c.id]);
    expect(again.map(({ value }) => value)).toEqual(records.map(({ value }) => value));
    await sent(store, again);
    expect(await places()).toEqual(before);
  });

  it('goes with its record, by a purge and by a discard', async () => {
    const [a, b, c, d] = (await accepted(
      store,
      ...['a', 'b', 'c', 'd'].map((id) => invoice(id)),
    )) as [OutboxRecord, OutboxRecord, OutboxRecord, OutboxRecord];
    await sent(store, [a]);
    await buried(store, b, c);
    await store.discard('b', AUDIT);
    expect(await kept()).toEqual([a.id, c.id, d.id]);
    const soon = Date.now() + HOUR;
    await store.purge({ sentBefore: soon, deadLettersBefore: soon, idsBefore: 0 }, 100);
    expect(await kept()).toEqual([d.id]);
  });

  it('is none for a tombstone, and one for an empty value', async () => {
    const values = [null, Buffer.alloc(0), Buffer.from('1')];
    const records = await accepted(
      store,
      ...values.map((value, n) => invoice(`nf-${n}`, { value })),
    );
    expect(await kept()).toEqual(records.slice(1).map(({ id }) => id));
    const read = (page: readonly OutboxRecord[]) => page.map(({ value }) => value);
    expect(read(await store.pendingPage(WHOLE_PAGE))).toEqual(values);
    await buried(store, ...records);
    expect(read(await store.unpublishedDeadLetters(10, 1e6))).toEqual(values);
    for (const [n, value] of values.entries()) {
      expect((await store.deadLetter(`nf-${n}`))?.value).toEqual(value);
      expect((await store.replay(`nf-${n}`, AUDIT)).value).toEqual(value);
    }
  });

  it('that is gone keeps its record from going out as a tombstone, and is named by a look', async () => {
    const [a, b, tombstone] = await accepted(
      store,
      invoice('a'),
      invoice('b'),
      invoice('t', { value: null }),
    );
    expect(await inspectOutbox({ url, ballastBytes: 0 })).toMatchObject({
      damage: [],
      orphanPayloads: 0,
    });
    await engine.look(url, `DELETE FROM payload WHERE record_id = ${b?.id ?? 0}`);
    await engine.look(
      url,
      `INSERT INTO payload (record_id, "value") SELECT record_id + 1000, "value" FROM payload WHERE record_id = ${a?.id ?? 0}`,
    );
    const corrupt = { code: 'storage_corrupt', messageId: 'b' };
    await expect(store.pendingPage(WHOLE_PAGE)).rejects.toMatchObject(corrupt);
    await expect(store.load([b?.id ?? 0])).rejects.toMatchObject(corrupt);
    expect(await store.load([tombstone?.id ?? 0])).toMatchObject([{ value: null }]);
    expect(await inspectOutbox({ url, ballastBytes: 0 })).toMatchObject({
      damage: [`the payload of b (id ${b?.id}) is gone`],
      orphanPayloads: 1,
    });
  });

  it.each([
    "UPDATE outbox SET status = 'sent'",
    'DELETE FROM outbox',
    "INSERT INTO outbox (message_id) VALUES ('a')",
  ])('cannot be left behind through the view: %s', async (statement) => {
    await expect(engine.look(url, statement)).rejects.toThrow(/view|modify/);
  });
});
