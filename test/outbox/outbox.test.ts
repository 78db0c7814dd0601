import { randomBytes } from 'node:crypto';
import { OutboxError, type Identified, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import { openCounting, Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import {
  accepted,
  buried,
  hash,
  HOUR,
  invoice,
  invoices,
  sent,
  statuses,
  WHOLE_PAGE,
} from './records.js';

const AUDIT = { actor: 'maria', reason: 'topic was missing' };

describe.each([sqliteTestEngine(), postgresTestEngine()])('the outbox on $name', (engine) => {
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

  const reopen = async (): Promise<void> => {
    await opened.closeAll();
    store = await opened.open(url);
  };

  describe('accept', () => {
    it('stores records in order and says so', async () => {
      const [first, second] = await accepted(
        store,
        invoice('a'),
        invoice('b', { partition: null }),
      );
      expect(first).toMatchObject({ messageId: 'a', status: 'pending', partition: 0, attempts: 0 });
      expect(second).toMatchObject({ messageId: 'b', partition: null });
      expect(second?.id).toBeGreaterThan(first?.id ?? 0);
      expect(await store.lastId()).toBe(second?.id);
      expect(await store.pendingPage(WHOLE_PAGE)).toEqual([first, second]);
    });

    it('stores many at once in their order, each with its own value, however many fit a statement', async () => {
      for (const count of [2, 3, 127, 128, 129, 300]) {
        const many = Array.from({ length: count }, (_, n) => {
          const value = n % 5 === 0 ? null : Buffer.from(`value ${count} ${n}`);
          return invoice(`${count}-${n}`, { value });
        });
        const before = await store.lastId();
        const stored = await store.accept(many);
        const ids = stored.map((one) => (one.outcome === 'accepted' ? one.record.id : 0));
        expect(ids).toEqual(Array.from({ length: count }, (_, n) => before + 1 + n));
        const page = await store.pendingPage({ ...WHOLE_PAGE, afterId: before, limit: 1_000 });
        expect(page.map(({ messageId, value }) => [messageId, value])).toEqual(
          many.map(({ messageId, value }) => [messageId, value]),
        );
      }
    });

    it('stores all records of a request or none', async () => {
      await accepted(store, invoice('known'));
      const reused = invoice('known', { requestHash: hash('other content') });
      await expect(store.accept([invoice('new'), reused])).rejects.toMatchObject({
        code: 'message_id_reused',
        messageId: 'known',
        retryable: false,
      });
      expect(await store.find('new')).toBeNull();
      expect(store.stats().totals.received).toBe(1);
    });

    it('keeps every byte', async () => {
      const bytes = Buffer.from([0x00, 0xff, 0xc3, 0x28, 0x0d, 0x0a, 0x00]);
      const headers = [
        { name: 'filial', value: Buffer.from('01') },
        { name: 'filial', value: bytes },
        { name: 'vazio', value: Buffer.alloc(0) },
      ];
      const all = await accepted(
        store,
        invoice('bytes', { key: bytes, value: bytes, headers, timestamp: 1_761_043_800_000 }),
        invoice('empty', { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] }),
        invoice('null', { key: null, value: null }),
        invoice('large', { value: randomBytes(64 * 1024) }),
      );
      await reopen();
      const read = await store.load(all.map(({ id }) => id));
      expect(read).toEqual(all);
      expect(read[1]?.value).toEqual(Buffer.alloc(0));
      expect(read[2]?.value).toBeNull();
    });

    it('answers a known message id with the record as it stands now', async () => {
      const [record] = await accepted(store, invoice('a'));
      await sent(store, [record as OutboxRecord]);
      const [again] = await store.accept([invoice('a')]);
      expect(again).toMatchObject({
        outcome: 'duplicate',
        record: { id: record?.id, status: 'sent', offset: '100', partition: 0, purged: false },
      });
      expect(store.stats().totals.received).toBe(1);
    });

    it('takes a message id once when it comes twice at the same moment', async () => {
      const heard: string[] = [];
      store.onAccepted((records) => heard.push(...records.map(({ messageId }) => messageId)));
      const [[first], [second], third] = await Promise.all([
        store.accept([invoice('a')]),
        store.accept([invoice('a')]),
        store
          .accept([invoice('a', { requestHash: hash('other') })])
          .catch((error: unknown) => error),
      ]);
      expect(first?.outcome).toBe('accepted');
      expect(second).toMatchObject({ outcome: 'duplicate', record: { id: first?.record.id } });
      expect(third).toMatchObject({ code: 'message_id_reused' });
      expect(heard).toEqual(['a']);
    });

    it('takes a message id once when it comes twice in one request', async () => {
      const [first, second] = await store.accept([invoice('a'), invoice('a')]);
      expect(first?.outcome).toBe('accepted');
      expect(second).toMatchObject({ outcome: 'duplicate', record: { id: first?.record.id } });
    });

    it('gives an id to another request when the one that brought it first is refused', async () => {
      await accepted(store, invoice('known'));
      const reused = invoice('known', { requestHash: hash('other') });
      const [refused, taken] = await Promise.allSettled([
        store.accept([invoice('new'), reused]),
        store.accept([invoice('new')]),
      ]);
      expect(refused.status).toBe('rejected');
      expect(taken).toMatchObject({ value: [{ outcome: 'accepted' }] });
    });

    it('knows a message id after the record is purged', async () => {
      const [record] = await accepted(store, invoice('a'));
      await sent(store, [record as OutboxRecord]);
      const ages = { sentBefore: Date.now() + HOUR, idsBefore: 0, deadLettersBefore: 0 };
      expect(await store.purge(ages, 100)).toBe(1);
      expect(await store.list({}, 10)).toMatchObject({ items: [] });
      const [again] = await store.accept([invoice('a')]);
      expect(again).toMatchObject({
        outcome: 'duplicate',
        record: { id: record?.id, status: 'sent', offset: '100', purged: true, key: null },
      });
      await expect(
        store.accept([invoice('a', { requestHash: hash('other') })]),
      ).rejects.toMatchObject({ code: 'message_id_reused' });
      expect(await store.purge({ ...ages, idsBefore: Date.now() + HOUR }, 100)).toBe(1);
      expect(await store.find('a')).toBeNull();
    });

    it('tells of new rows in order, after the commit and before it resolves', async () => {
      const told: string[] = [];
      store.onAccepted((records) => told.push(...records.map(({ messageId }) => messageId)));
      await Promise.all(
        invoices(50).map(async (record) => {
          await store.accept([record]);
          expect(told).toContain(record.messageId);
        }),
      );
      expect(told).toEqual(invoices(50).map(({ messageId }) => messageId));
    });

    it('hands over the buffers that it was given', async () => {
      const given = invoice('a');
      const [record] = await accepted(store, given);
      expect(record?.value).toBe(given.value);
      expect(record?.headers).toBe(given.headers);
    });

    it('refuses when too much waits, and only then', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 1100 }, (_, n) => store.accept([invoice(`nf-${n}`)])),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(100);
      expect(refused[0]).toMatchObject({ reason: { code: 'overloaded', retryable: true } });
      expect(store.stats().rows.pending).toBe(1000);
      await accepted(store, invoice('after'));
    });

    it('counts the bytes that wait', async () => {
      const large = () => ({ value: Buffer.alloc(6 * 1024 * 1024) });
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'c'].map((id) => store.accept([invoice(id, large())])),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    });
  });

  describe('group commit', () => {
    it('shares one commit among all that wait', async () => {
      await opened.closeAll();
      const { store: counting, commits } = await openCounting(engine, url);
      opened.keep(counting);
      await Promise.all(invoices(100).map((record) => counting.accept([record])));
      expect(commits()).toBe(1);
      await Promise.all([
        counting.openBatch('main-0', 'records', [{ id: 1, topic: 'notas', partition: 0 }]),
        counting.noteLedger('side-0'),
        counting.accept([invoice('another')]),
      ]);
      expect(commits()).toBe(2);
      expect(counting.stats().rows.pending).toBe(101);
    });

    it('lets the guilty operation alone fail', async () => {
      const broken = invoice('broken', { requestHash: null as unknown as Buffer });
      const [before, guilty, after, close, failing] = await Promise.allSettled([
        store.accept([invoice('before')]),
        store.accept([broken]),
        store.accept([invoice('after')]),
        store.openBatch('main-0', 'records', []),
        store.closeBatch('never-opened', 7),
      ]);
      expect(before.status).toBe('fulfilled');
      expect(after.status).toBe('fulfilled');
      expect(close.status).toBe('fulfilled');
      expect(guilty).toMatchObject({ reason: { code: 'storage_unavailable' } });
      expect(failing).toMatchObject({ status: 'rejected' });
      expect(await statuses(store)).toEqual({ before: 'pending', after: 'pending' });
      expect(store.stats().totals.received).toBe(2);
    });

    it('tells nothing about SQL to its callers', async () => {
      const broken = invoice('broken', { requestHash: null as unknown as Buffer });
      const error: unknown = await store.accept([broken]).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(OutboxError);
      expect((error as OutboxError).message).not.toMatch(/insert|request_hash|constraint/i);
    });
  });

  describe('a batch', () => {
    it('takes records from pending to sent with their offsets', async () => {
      const records = await accepted(
        store,
        invoice('a', { topic: 't1', partition: null }),
        invoice('b', { topic: 't2', partition: null }),
        invoice('c', { topic: 't1', partition: null }),
      );
      const entries = records.map(({ id, topic }, n) => ({
        id,
        topic,
        partition: n === 1 ? 5 : 3,
      }));
      const number = await store.openBatch('main-0', 'records', entries);
      await store.noteOffsets('main-0', number, [
        { topic: 't2', partition: 5, offsets: ['9223372036854775807'] },
        { topic: 't1', partition: 3, offsets: ['10', '11'] },
      ]);
      expect((await store.pipeline('main-0')).openBatch).toEqual({
        number,
        token: store.incarnation,
        kind: 'records',
        entries,
        appended: [
          { topic: 't2', partition: 5, offsets: ['9223372036854775807'] },
          { topic: 't1', partition: 3, offsets: ['10', '11'] },
        ],
      });
      expect(await store.closeBatch('main-0', number)).toEqual([
        { id: records[0]?.id, partition: 3, offset: '10' },
        { id: records[1]?.id, partition: 5, offset: '9223372036854775807' },
        { id: records[2]?.id, partition: 3, offset: '11' },
      ]);
      expect(await store.find('b')).toMatchObject({
        status: 'sent',
        partition: 5,
        offset: '9223372036854775807',
      });
      expect((await store.find('b'))?.sentAt).toBeGreaterThan(0);
    });

    it('grows its number and knows what the ledger must hold', async () => {
      expect(await store.pipelines()).toEqual([]);
      expect(await store.pipeline('main-0')).toEqual({
        name: 'main-0',
        batchNumber: 0,
        committedNumber: 0,
        openBatch: null,
        ledgerAt: null,
      });
      const records = await accepted(store, ...invoices(3));
      await sent(store, records.slice(0, 1));
      const number = await store.openBatch('main-0', 'records', []);
      expect(number).toBe(2);
      await store.abandonBatch('main-0', number);
      expect(await store.pipeline('main-0')).toMatchObject({
        batchNumber: 2,
        committedNumber: 1,
        openBatch: null,
        ledgerAt: expect.any(Number) as number,
      });
      await sent(store, records.slice(1));
      expect(await store.pipelines()).toMatchObject([{ batchNumber: 3, committedNumber: 3 }]);
    });

    it('is one at a time for each pipeline, and every step names the open one', async () => {
      const number = await store.openBatch('main-0', 'records', []);
      await expect(store.openBatch('main-0', 'records', [])).rejects.toThrow(/open batch already/);
      await expect(store.noteOffsets('main-0', number + 1, [])).rejects.toThrow(/not open/);
      await expect(store.closeBatch('main-0', number + 1)).rejects.toThrow(/not open/);
      await expect(store.abandonBatch('main-0', number - 1)).rejects.toThrow(/not open/);
      expect(await store.openBatch('side-0', 'records', [])).toBe(1);
      await store.closeBatch('main-0', number);
      await expect(store.closeBatch('main-0', number)).rejects.toThrow(/not open/);
    });

    it('does not close without an offset for each record', async () => {
      const records = await accepted(store, ...invoices(2));
      const entries = records.map(({ id, topic }) => ({ id, topic, partition: 0 }));
      const number = await store.openBatch('main-0', 'records', entries);
      await expect(store.closeBatch('main-0', number)).rejects.toThrow(/no noted offset/);
      await store.noteOffsets('main-0', number, [{ topic: 'notas', partition: 0, offsets: ['1'] }]);
      await expect(store.closeBatch('main-0', number)).rejects.toThrow(/no noted offset/);
      expect(await statuses(store)).toEqual({ 'nf-0': 'pending', 'nf-1': 'pending' });
    });

    it('survives a reopen with its entries and offsets', async () => {
      const records = await accepted(store, ...invoices(3));
      const entries = records.map(({ id, topic }) => ({ id, topic, partition: 0 }));
      const number = await store.openBatch('main-0', 'records', entries);
      await store.noteOffsets('main-0', number, [
        { topic: 'notas', partition: 0, offsets: ['7', '8', '9'] },
      ]);
      await reopen();
      const [pipeline] = await store.pipelines();
      expect(pipeline).toMatchObject({ batchNumber: number, openBatch: { number, entries } });
      const acknowledgements = await store.closeBatch('main-0', number);
      expect(acknowledgements.map(({ offset }) => offset)).toEqual(['7', '8', '9']);
    });

    it('leaves its records as they were when it is abandoned', async () => {
      const records = await accepted(store, ...invoices(2));
      const [failed] = records;
      await store.reschedule([
        { id: failed?.id ?? 0, code: 'unknown_topic', error: 'No such topic.', nextAt: 1 },
      ]);
      const entries = records.map(({ id, topic }) => ({ id, topic, partition: 0 }));
      await store.abandonBatch('main-0', await store.openBatch('main-0', 'records', entries));
      expect(await statuses(store)).toEqual({ 'nf-0': 'failed', 'nf-1': 'pending' });
      expect((await store.find('nf-0'))?.retryCount).toBe(1);
    });

    it('that is abandoned leaves its records the partitions that were chosen for them', async () => {
      const records = await accepted(
        store,
        invoice('chosen', { partition: null }),
        invoice('had', { partition: 2 }),
        invoice('settled', { partition: null }),
        invoice('of another batch', { partition: null }),
      );
      const entries = records
        .slice(0, 3)
        .map(({ id, topic }, n) => ({ id, topic, partition: n === 1 ? 2 : 7 }));
      const number = await store.openBatch('main-0', 'records', entries);
      await store.settle([{ id: records[2]?.id ?? 0, partition: 1, offset: '5' }]);
      await store.abandonBatch('main-0', number);
      const { items } = await store.list({}, 10);
      expect(Object.fromEntries(items.map((one) => [one.messageId, one.partition]))).toEqual({
        chosen: 7,
        had: 2,
        settled: 1,
        'of another batch': null,
      });
      await expect(store.abandonBatch('main-0', number)).rejects.toThrow('is not open');
    });

    it('of dead letters that is abandoned gives none of them its place, replayed or not', async () => {
      const [record] = await accepted(store, invoice('a', { partition: 4 }));
      await buried(store, record as OutboxRecord);
      const entries = [{ id: record?.id ?? 0, topic: 'dlq-topic', partition: 1 }];
      const number = await store.openBatch('side-0', 'dead-letters', entries);
      await store.replay('a', AUDIT);
      await store.abandonBatch('side-0', number);
      expect(await store.find('a')).toMatchObject({ status: 'pending', partition: null });
    });

    it('closes although a record of it is gone or ended otherwise', async () => {
      const records = await accepted(store, ...invoices(3));
      const entries = records.map(({ id, topic }) => ({ id, topic, partition: 0 }));
      const number = await store.openBatch('main-0', 'records', entries);
      await store.noteOffsets('main-0', number, [
        { topic: 'notas', partition: 0, offsets: ['0', '1', '2'] },
      ]);
      await buried(store, ...records.slice(0, 2));
      await store.discard('nf-0', AUDIT);
      expect(await store.closeBatch('main-0', number)).toHaveLength(3);
      expect(await statuses(store)).toEqual({ 'nf-1': 'dlq', 'nf-2': 'sent' });
      expect(store.stats()).toMatchObject({ rows: { sent: 1, dlq: 1 }, openBytes: 0 });
    });

    it('of dead letters publishes them and leaves their own place alone', async () => {
      const [record] = await accepted(store, invoice('a', { partition: 4 }));
      await buried(store, record as OutboxRecord);
      expect(await store.unpublishedDeadLetters(10, 1024)).toMatchObject([
        { messageId: 'a', published: false, lastErrorCode: 'message_too_large' },
      ]);
      const entries = [{ id: record?.id ?? 0, topic: 'dlq-topic', partition: 1 }];
      const number = await store.openBatch('side-0', 'dead-letters', entries);
      await store.noteOffsets('side-0', number, [
        { topic: 'dlq-topic', partition: 1, offsets: ['33'] },
      ]);
      expect(await store.closeBatch('side-0', number)).toEqual([
        { id: record?.id, partition: 1, offset: '33' },
      ]);
      expect(await store.unpublishedDeadLetters(10, 1024)).toEqual([]);
      expect(await store.deadLetter('a')).toMatchObject({ published: true, partition: 4 });
      expect(await store.find('a')).toMatchObject({ status: 'dlq', offset: null });
    });

    it('remembers when the ledger was seen', async () => {
      await store.noteLedger('main-0');
      const { ledgerAt, committedNumber } = await store.pipeline('main-0');
      expect(ledgerAt).toBeGreaterThan(0);
      expect(committedNumber).toBe(0);
    });
  });

  describe('settling', () => {
    it('marks at-least-once records as sent', async () => {
      const records = await accepted(store, ...invoices(2, { delivery: 'at-least-once' }));
      await store.settle(records.map(({ id }, n) => ({ id, partition: 2, offset: String(n) })));
      expect(await store.find('nf-1')).toMatchObject({ status: 'sent', partition: 2, offset: '1' });
      expect(store.stats()).toMatchObject({ rows: { pending: 0, sent: 2 }, totals: { sent: 2 } });
    });

    it('reschedules a refused record with its error', async () => {
      const [record] = await accepted(store, invoice('a'));
      const id = record?.id ?? 0;
      await store.reschedule([{ id, code: 'unknown_topic', error: 'x'.repeat(600), nextAt: 500 }]);
      await store.reschedule([{ id, code: 'invalid_record', error: 'second', nextAt: 900 }]);
      expect(await store.find('a')).toMatchObject({
        status: 'failed',
        retryCount: 2,
        lastErrorCode: 'invalid_record',
        lastError: 'second',
      });
      expect(await store.nextRetryAt()).toBe(900);
      expect(await store.dueRetries(899, 10)).toEqual([]);
      expect(await store.dueRetries(900, 10)).toMatchObject([
        { id, attempts: 2, status: 'failed' },
      ]);
      const attempts = await store.attempts(id);
      expect(attempts).toMatchObject([
        { number: 1, code: 'unknown_topic', error: 'x'.repeat(500) },
        { number: 2, code: 'invalid_record', error: 'second' },
      ]);
      expect(await store.keysInStatus('failed')).toEqual([
        { id, topic: 'notas', key: Buffer.from('NF-a'), replays: 0, transaction: null },
      ]);
      await sent(store, [record as OutboxRecord]);
      expect(await store.find('a')).toMatchObject({ status: 'sent', retryCount: 2 });
      expect(await store.nextRetryAt()).toBeNull();
    });

    it('buries a record whole', async () => {
      const [record, other] = await accepted(store, invoice('a'), invoice('b'));
      const states = await buried(store, record as OutboxRecord);
      expect(states).toMatchObject([{ messageId: 'a', status: 'dlq', retryCount: 1 }]);
      expect(await store.deadLetter('a')).toEqual({
        ...record,
        status: 'dlq',
        attempts: 1,
        lastErrorCode: 'message_too_large',
        lastError: 'The record is too large.',
        failedAt: expect.any(Number) as number,
        published: false,
      });
      expect(await store.deadLetter('b')).toBeNull();
      expect(await store.keysInStatus('dlq')).toMatchObject([{ id: record?.id }]);
      await store.notePublished([record?.id ?? 0, other?.id ?? 0]);
      expect(await store.deadLetter('a')).toMatchObject({ published: true });
      expect(await store.find('b')).toMatchObject({ status: 'pending' });
    });

    it('loses against a record that has ended already, and says so', async () => {
      const [gone, dead] = await accepted(store, invoice('gone'), invoice('dead'));
      await sent(store, [gone as OutboxRecord]);
      await buried(store, dead as OutboxRecord);
      const before = store.stats();
      const both = [gone, dead].map((record) => ({
        id: record?.id ?? 0,
        code: 'invalid_record',
        error: 'late',
      }));
      expect(await store.bury(both)).toEqual([]);
      await store.reschedule(both.map((one) => ({ ...one, nextAt: 1 })));
      await store.settle(both.map(({ id }) => ({ id, partition: 9, offset: '999' })));
      expect(await store.find('gone')).toMatchObject({
        status: 'sent',
        offset: '100',
        retryCount: 0,
      });
      expect(await store.find('dead')).toMatchObject({
        status: 'dlq',
        offset: null,
        retryCount: 1,
      });
      expect(await store.attempts(dead?.id ?? 0)).toHaveLength(1);
      expect(store.stats()).toEqual(before);
    });
  });

  describe('dead letters', () => {
    const dead = async (...ids: readonly string[]): Promise<readonly OutboxRecord[]> => {
      const records = await accepted(store, ...ids.map((id) => invoice(id)));
      await buried(store, ...records);
      return records;
    };

    it('become pending again as if new, under the same message id', async () => {
      const [record] = await accepted(
        store,
        invoice('chosen', { partition: 3 }),
        invoice('demanded', { partition: 2, requestedPartition: 2 }),
      );
      await buried(store, ...(await store.pendingPage(WHOLE_PAGE)));
      const told: OutboxRecord[] = [];
      store.onReplayed((records) => told.push(...records));
      const again = await store.replay('chosen', AUDIT);
      expect(again).toEqual({ ...record, partition: null, replays: 1 });
      expect(told).toEqual([again]);
      expect(await store.replay('demanded', AUDIT)).toMatchObject({ partition: 2 });
      expect(await store.pendingPage(WHOLE_PAGE)).toHaveLength(2);
      expect(await store.find('chosen')).toMatchObject({ lastError: null, retryCount: 0 });
      expect(await store.attempts(record?.id ?? 0)).toHaveLength(1);
      await sent(store, [again]);
      expect(await store.find('chosen')).toMatchObject({ status: 'sent', replays: 1 });
    });

    it('go to another topic when asked, in its lane and without the demanded partition', async () => {
      const [record] = await accepted(store, invoice('a', { requestedPartition: 7 }));
      await buried(store, record as OutboxRecord);
      const moved = await store.replay('a', AUDIT, 'notas-v2');
      expect(moved).toMatchObject({ topic: 'notas-v2', partition: null, requestedPartition: null });
      const [fresh] = await accepted(store, invoice('b', { topic: 'notas-v2', key: moved.key }));
      expect(moved.lane).toBe(fresh?.lane);
    });

    it('refuse a replay and a discard of what is not dead', async () => {
      const [record] = await accepted(store, invoice('sent'), invoice('pending'));
      await sent(store, [record as OutboxRecord]);
      for (const id of ['sent', 'pending']) {
        await expect(store.replay(id, AUDIT)).rejects.toMatchObject({ code: 'not_replayable' });
        await expect(store.discard(id, AUDIT)).rejects.toMatchObject({ code: 'not_replayable' });
      }
      await expect(store.replay('never', AUDIT)).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.discard('never', AUDIT)).rejects.toMatchObject({ code: 'not_found' });
      expect(await statuses(store)).toEqual({ sent: 'sent', pending: 'pending' });
    });

    it('are replayed once when two ask at the same moment', async () => {
      await dead('a');
      const outcomes = await Promise.allSettled([
        store.replay('a', AUDIT),
        store.replay('a', AUDIT),
      ]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await store.find('a')).toMatchObject({ replays: 1 });
    });

    it('are replayed by a filter, oldest first, up to a limit', async () => {
      await dead(...Array.from({ length: 250 }, (_, n) => `nf-${n}`));
      const [other] = await accepted(store, invoice('other', { topic: 'pedidos' }));
      await buried(store, other as OutboxRecord);
      const slices: number[] = [];
      store.onReplayed((records) => slices.push(records.length));
      expect(await store.countDeadLetters({ topics: ['ped*', 'nota'] })).toMatchObject([
        { topic: 'pedidos', count: 1 },
      ]);
      expect(await store.countDeadLetters({ topics: [] })).toEqual([]);
      expect(await store.replayMatching({ topic: 'notas' }, 240, AUDIT)).toBe(240);
      expect(slices).toEqual([100, 100, 40]);
      expect(await store.countDeadLetters({})).toEqual([
        { topic: 'notas', code: 'message_too_large', count: 10 },
        { topic: 'pedidos', code: 'message_too_large', count: 1 },
      ]);
      expect(await store.find('nf-239')).toMatchObject({ status: 'pending' });
      expect(await store.find('nf-240')).toMatchObject({ status: 'dlq' });
      expect(await store.replayMatching({ topic: 'notas' }, 100, AUDIT)).toBe(10);
      expect(await store.replayMatching({ code: 'unknown_topic' }, 100, AUDIT)).toBe(0);
    });

    it('are discarded for good, but their ids stay known', async () => {
      await dead('a');
      const letter = await store.deadLetter('a');
      const told: Identified[] = [];
      store.onDiscarded((gone) => told.push(...gone));
      await store.discard('a', AUDIT);
      expect(told.map(({ id }) => id)).toEqual([letter?.id]);
      expect(await store.deadLetter('a')).toBeNull();
      expect(await store.find('a')).toMatchObject({ status: 'dlq', purged: true });
      expect(await store.accept([invoice('a')])).toMatchObject([{ outcome: 'duplicate' }]);
      await expect(store.replay('a', AUDIT)).rejects.toMatchObject({ code: 'not_replayable' });
      expect(store.stats()).toMatchObject({ rows: { dlq: 0 }, totals: { discarded: 1 } });
    });

    it('leave who did it in the audit', async () => {
      await dead('a', 'b');
      await store.replay('a', { actor: 'joão' }, 'outra');
      await store.discard('b', AUDIT);
      const rows = await engine.look(
        url,
        'SELECT actor, action, message_id, topic, to_topic, reason FROM audit ORDER BY id',
      );
      expect(rows).toEqual([
        {
          actor: 'joão',
          action: 'replay',
          message_id: 'a',
          topic: 'notas',
          to_topic: 'outra',
          reason: null,
        },
        {
          actor: 'maria',
          action: 'discard',
          message_id: 'b',
          topic: 'notas',
          to_topic: null,
          reason: AUDIT.reason,
        },
      ]);
    });

    it('that are buried again since a batch was opened are not taken for published', async () => {
      const [record] = await dead('a');
      const id = record?.id ?? 0;
      const entries = [{ id, topic: 'dlq-topic', partition: 0 }];
      const number = await store.openBatch('side-0', 'dead-letters', entries);
      await store.noteOffsets('side-0', number, [
        { topic: 'dlq-topic', partition: 0, offsets: ['1'] },
      ]);
      await store.replay('a', AUDIT);
      const replayedAt = Date.now();
      while (Date.now() === replayedAt) await store.lastId();
      await store.bury([{ id, code: 'invalid_record', error: 'again' }]);
      await store.closeBatch('side-0', number);
      expect(await store.deadLetter('a')).toMatchObject({ published: false });
    });
  });

  describe('what goes next', () => {
    it('pages pending records of one delivery mode and some lanes, oldest first', async () => {
      const once = await accepted(store, ...invoices(40));
      await accepted(store, invoice('other', { delivery: 'at-least-once' }));
      const page = await store.pendingPage({ ...WHOLE_PAGE, limit: 15 });
      expect(page).toEqual(once.slice(0, 15));
      const rest = await store.pendingPage({ ...WHOLE_PAGE, afterId: page.at(-1)?.id ?? 0 });
      expect(rest).toEqual(once.slice(15));
      const odd = await store.pendingPage({ ...WHOLE_PAGE, lanes: { modulo: 2, remainder: 1 } });
      expect(odd).toEqual(once.filter(({ lane }) => lane % 2 === 1));
    });

    it('ends a page when its bytes pass the bound, but never without a record', async () => {
      const records = await accepted(store, ...invoices(5, { value: Buffer.alloc(1000) }));
      const page = await store.pendingPage({ ...WHOLE_PAGE, maxBytes: 2500 });
      expect(page).toEqual(records.slice(0, 3));
      expect(await store.pendingPage({ ...WHOLE_PAGE, maxBytes: 1 })).toEqual(records.slice(0, 1));
    });

    it('pages one topic and one partition of it', async () => {
      const [a, b] = await accepted(
        store,
        invoice('a', { partition: 1 }),
        invoice('b', { partition: 2 }),
        invoice('c', { topic: 'pedidos', partition: 1 }),
      );
      expect(await store.pendingOfTopic('notas', null, 10, 10_000)).toEqual([a, b]);
      expect(await store.pendingOfTopic('notas', 2, 10, 10_000)).toEqual([b]);
      expect(await store.pendingOfTopic('notas', null, 1, 10_000)).toEqual([a]);
    });

    it('loads records by id while they are unsettled or dead', async () => {
      const records = await accepted(store, ...invoices(4));
      const [gone, dead] = records;
      await sent(store, [gone as OutboxRecord]);
      await buried(store, dead as OutboxRecord);
      const ids = records.map(({ id }) => id).toReversed();
      expect((await store.load(ids)).map(({ messageId }) => messageId)).toEqual([
        'nf-1',
        'nf-2',
        'nf-3',
      ]);
      expect(await store.load([])).toEqual([]);
    });

    it('knows when the oldest unsettled record came', async () => {
      expect(await store.oldestOpenAt()).toBeNull();
      const records = await accepted(store, ...invoices(2));
      const first = await store.find('nf-0');
      expect(await store.oldestOpenAt()).toBe(first?.createdAt);
      await sent(store, records);
      expect(await store.oldestOpenAt()).toBeNull();
    });
  });

  describe('asking', () => {
    it('lists newest first, page by page', async () => {
      await accepted(store, ...invoices(25));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({}, 10, cursor);
        seen.push(...page.items.map(({ messageId }) => messageId));
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(
        invoices(25)
          .map(({ messageId }) => messageId)
          .toReversed(),
      );
    });

    it('lists by every filter', async () => {
      const [a] = await accepted(store, invoice('a'), invoice('b', { topic: 'pedidos' }));
      await buried(store, a as OutboxRecord);
      const ids = async (filter: Parameters<OutboxStore['list']>[0]): Promise<readonly string[]> =>
        (await store.list(filter, 10)).items.map(({ messageId }) => messageId);
      expect(await ids({ topic: 'pedidos' })).toEqual(['b']);
      expect(await ids({ status: 'dlq', code: 'message_too_large' })).toEqual(['a']);
      expect(await ids({ status: 'dlq', from: Date.now() + HOUR })).toEqual([]);
      expect(await ids({ key: Buffer.from('NF-b') })).toEqual(['b']);
      expect(await ids({ from: 0, to: Date.now() + HOUR, status: 'pending' })).toEqual(['b']);
      expect(await ids({ topic: "notas' OR '1'='1" })).toEqual([]);
    });

    it('refuses a cursor of another outbox and a page of no or too many records', async () => {
      await accepted(store, ...invoices(3));
      const { cursor } = await store.list({}, 1);
      const other = await opened.open(await engine.freshUrl());
      await expect(other.list({}, 1, cursor ?? '')).rejects.toThrow(/cursor/);
      await expect(store.list({}, 1, 'bm9uc2Vuc2U')).rejects.toThrow(/cursor/);
      await expect(store.list({}, 0)).rejects.toThrow(/500/);
      await expect(store.list({}, 501)).rejects.toThrow(/500/);
    });

    it('answers the questions that operators ask in SQL', async () => {
      const [a] = await accepted(store, invoice('a'), invoice('b'));
      await buried(store, a as OutboxRecord);
      const last = await engine.look(
        url,
        'SELECT message_id, topic, status, retry_count, created_at FROM outbox ORDER BY created_at DESC LIMIT 10',
      );
      expect(last).toHaveLength(2);
      const counts = await engine.look(
        url,
        'SELECT status, COUNT(*) AS n FROM outbox GROUP BY status ORDER BY status',
      );
      expect(counts.map((row) => [row['status'], Number(row['n'])])).toEqual([
        ['dlq', 1],
        ['pending', 1],
      ]);
      expect(
        await engine.look(url, "SELECT message_id, last_error FROM outbox WHERE status = 'dlq'"),
      ).toEqual([{ message_id: 'a', last_error: 'The record is too large.' }]);
      await engine.look(
        url,
        'SELECT key, value, timestamp, sent_at, kafka_offset, kafka_partition FROM outbox',
      );
    });
  });

  describe('the counters', () => {
    const everythingOnce = async (): Promise<void> => {
      const records = await accepted(store, ...invoices(6));
      const [first, second, third, fourth] = records as readonly [
        OutboxRecord,
        OutboxRecord,
        OutboxRecord,
        OutboxRecord,
      ];
      await sent(store, [first]);
      await store.reschedule([{ id: second.id, code: 'unknown_topic', error: 'e', nextAt: 1 }]);
      await store.reschedule([{ id: second.id, code: 'unknown_topic', error: 'e', nextAt: 2 }]);
      await buried(store, third, fourth);
      await store.replay(fourth.messageId, AUDIT);
      await buried(store, fourth);
      await store.discard(third.messageId, AUDIT);
    };

    it('equal a recount and survive a reopen', async () => {
      await everythingOnce();
      const stats = store.stats();
      expect(stats.rows).toEqual({ pending: 2, failed: 1, sent: 1, dlq: 1 });
      expect(stats.totals).toEqual({
        received: 6,
        sent: 1,
        failed: 5,
        retries: 2,
        buried: 3,
        replayed: 1,
        discarded: 1,
      });
      const [open] = await engine.look(
        url,
        "SELECT SUM(bytes) AS bytes FROM outbox WHERE status IN ('pending', 'failed')",
      );
      expect(stats.openBytes).toBe(Number(open?.['bytes']));
      expect(stats.openBytes).toBeGreaterThan(0);
      await reopen();
      expect(store.stats()).toEqual(stats);
    });

    it('are put right at the start when they are wrong', async () => {
      await everythingOnce();
      const stats = store.stats();
      await opened.closeAll();
      await engine.look(
        url,
        "UPDATE counter SET value = 77 WHERE name IN ('rows_pending', 'rows_failed', 'rows_dlq', 'open_bytes')",
      );
      store = await opened.open(url);
      expect(store.stats()).toEqual(stats);
      expect(await engine.look(url, 'SELECT name FROM counter WHERE value = 77')).toEqual([]);
    });
  });

  describe('purge', () => {
    it('takes slices: sent records, dead letters, ids, each past its age', async () => {
      const records = await accepted(store, ...invoices(6));
      await sent(store, records.slice(0, 3));
      await buried(store, ...records.slice(3, 5));
      const told: Identified[] = [];
      store.onDiscarded((gone) => told.push(...gone));
      const never = { sentBefore: 0, idsBefore: 0, deadLettersBefore: 0 };
      const soon = Date.now() + HOUR;
      expect(await store.purge(never, 100)).toBe(0);
      expect(await store.purge({ ...never, sentBefore: soon }, 2)).toBe(2);
      expect(await store.purge({ ...never, sentBefore: soon, deadLettersBefore: soon }, 2)).toBe(2);
      expect(told.map(({ id }) => id)).toEqual([records[3]?.id]);
      expect(await store.purge({ ...never, deadLettersBefore: soon }, 100)).toBe(1);
      expect(await statuses(store)).toEqual({ 'nf-5': 'pending' });
      expect(store.stats().rows).toEqual({ pending: 1, failed: 0, sent: 0, dlq: 0 });
      expect(store.stats().totals.sent).toBe(3);
      expect(await store.purge({ ...never, idsBefore: soon }, 100)).toBe(5);
      expect(await engine.look(url, 'SELECT record_id FROM settled_id')).toEqual([]);
      expect(await engine.look(url, 'SELECT id FROM attempt')).toEqual([]);
    });

    it('never gives an id twice', async () => {
      const [record] = await accepted(store, invoice('a'));
      await sent(store, [record as OutboxRecord]);
      const soon = Date.now() + HOUR;
      await store.purge({ sentBefore: soon, idsBefore: soon, deadLettersBefore: soon }, 100);
      await reopen();
      const [next] = await accepted(store, invoice('b'));
      expect(next?.id).toBeGreaterThan(record?.id ?? 0);
    });
  });

  it('has a name of its own that stays', async () => {
    const { outboxId } = store;
    expect(outboxId).toMatch(/^[0-9a-f]{16}$/);
    await reopen();
    expect(store.outboxId).toBe(outboxId);
    expect((await opened.open(await engine.freshUrl())).outboxId).not.toBe(outboxId);
  });

  it('commits what waits when it is closed, and takes no more', async () => {
    const waiting = store.accept([invoice('a')]);
    const closing = store.close();
    await expect(store.accept([invoice('late')])).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await waiting;
    await closing;
    store = await opened.open(url);
    expect(await statuses(store)).toEqual({ a: 'pending' });
  });
});
