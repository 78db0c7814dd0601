import { Client } from 'pg';
import { openOutbox, OutboxError, type Identified, type OutboxStore } from '@bridge/outbox';
import { SqlError } from '../../libs/outbox/src/engine.js';
import { SqlOutboxStore } from '../../libs/outbox/src/sql-outbox.store.js';
import { until } from '../support/bridge-api.js';
import { startPostgres } from '../support/postgres.js';
import { Opened, postgresTestEngine } from './engines.js';
import { accepted, buried, invoice, invoices, statuses } from './records.js';

describe('the outbox on PostgreSQL', () => {
  const engine = postgresTestEngine();
  const opened = new Opened();
  let url: string;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
  });
  afterEach(() => opened.closeAll());

  const databaseOf = (of: string): string => new URL(of).pathname.slice(1);

  /** Ends every connection of the outbox, as a failover or an operator does. */
  const terminate = (): Promise<unknown> =>
    engine
      .server()
      .query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${databaseOf(url)}'`,
      );

  /** The connection may be found dead by more than one call before a new one is taken. */
  async function eventually<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof OutboxError) || !error.retryable) throw error;
      }
    }
  }

  describe('refuses a server that does not sync', () => {
    it('because synchronous_commit is off', async () => {
      await engine.server().query(`ALTER DATABASE ${databaseOf(url)} SET synchronous_commit = off`);
      await expect(openOutbox({ url, ballastBytes: 0 })).rejects.toMatchObject({
        code: 'storage_unsafe',
        message: expect.stringContaining('synchronous_commit') as string,
      });
    });

    it('because fsync is off', async () => {
      const server = await startPostgres(['fsync=off']);
      try {
        await expect(
          openOutbox({ url: await server.database(), ballastBytes: 0 }),
        ).rejects.toMatchObject({
          code: 'storage_unsafe',
          message: expect.stringContaining('fsync') as string,
        });
      } finally {
        await server.stop();
      }
    });

    it('and keeps what is stronger than on', async () => {
      await engine
        .server()
        .query(`ALTER DATABASE ${databaseOf(url)} SET synchronous_commit = remote_apply`);
      const store = await opened.open(url);
      expect(await store.storageHealth()).toEqual({
        engine: 'postgres',
        synchronous: 'remote_apply',
        walBytes: 0,
        disk: null,
        ballast: null,
        bloat: { deadRows: expect.any(Number), oldestTransactionMs: expect.any(Number) },
      });
    });
  });

  it('leaves no lock behind when it refuses', async () => {
    await engine.server().query(`ALTER DATABASE ${databaseOf(url)} SET synchronous_commit = off`);
    await expect(opened.open(url)).rejects.toMatchObject({ code: 'storage_unsafe' });
    await engine.server().query(`ALTER DATABASE ${databaseOf(url)} RESET synchronous_commit`);
    await opened.open(url);
  });

  it('gets a new connection after a lost one, without losing or doubling a record', async () => {
    const store = await opened.open(url);
    const fatal: Error[] = [];
    store.onFatal((error) => fatal.push(error));
    await accepted(store, ...invoices(5));
    await terminate();
    for (const record of invoices(10)) await eventually(() => store.accept([record]));
    expect(Object.keys(await eventually(() => statuses(store)))).toHaveLength(10);
    expect(store.stats().rows.pending).toBe(10);
    expect(store.stats().totals.received).toBe(10);
    expect(fatal).toEqual([]);
  });

  it('outlives a crash of the server', async () => {
    const store = await opened.open(url);
    await accepted(store, invoice('before'));
    await engine.server().restart();
    await eventually(() => store.accept([invoice('after')]));
    expect(await eventually(() => statuses(store))).toEqual({
      before: 'pending',
      after: 'pending',
    });
  });

  it('tells what waits that the connection is lost', async () => {
    const store = await opened.open(url);
    const hold = new Client({ connectionString: url });
    await hold.connect();
    await hold.query('BEGIN; LOCK TABLE record IN ACCESS EXCLUSIVE MODE');
    const running = store.accept([invoice('running')]).catch((error: unknown) => error);
    await untilWaiting();
    const waiting = store.accept([invoice('waiting')]).catch((error: unknown) => error);
    const ended = new Promise((resolve) => hold.once('end', resolve));
    hold.on('error', () => undefined);
    await terminate();
    await ended;
    expect(await running).toMatchObject({ code: 'storage_unavailable' });
    expect(await waiting).toMatchObject({ code: 'storage_unavailable' });
    expect(await eventually(() => statuses(store))).toEqual({});
  });

  it.each(['closeBatch', 'abandonBatch'] as const)(
    'leaves the batch alone that an heir has opened in the middle of %s',
    async (method) => {
      const real = await engine.openEngine(url);
      const store = opened.keep(await SqlOutboxStore.open(real));
      const records = await accepted(store, invoice('a', { partition: null }));
      const entries = records.map(({ id, topic }) => ({ id, topic, partition: 3 }));
      const number = await store.openBatch('main-0', 'records', entries);
      const appended = [{ topic: 'notas', partition: 3, offsets: ['1'] }];
      await store.noteOffsets('main-0', number, appended);
      const query = real.writer.query.bind(real.writer);
      real.writer.query = async (sql, params) => {
        const rows = await query(sql, params);
        const isRead = sql.startsWith('SELECT') && sql.includes('FROM pipeline');
        if (isRead) await engine.look(url, 'UPDATE pipeline SET batch_number = batch_number + 1');
        return rows;
      };
      await expect(store[method]('main-0', number)).rejects.toThrow('is not open');
      expect(await store.pipeline('main-0')).toMatchObject({
        committedNumber: 0,
        openBatch: { number: number + 1, appended },
      });
      expect(await store.find('a')).toMatchObject({ status: 'pending', partition: null });
    },
  );

  /** Until a statement of the outbox waits for a lock. */
  async function untilWaiting(): Promise<void> {
    const look = `SELECT 1 FROM pg_stat_activity WHERE datname = '${databaseOf(url)}' AND wait_event_type = 'Lock'`;
    while ((await engine.server().query(look)).length === 0);
  }

  /** An outbox that can be made to lose the answer of its next commit, and its connection with it. */
  async function openLosing(): Promise<{ store: SqlOutboxStore; loseNext: () => void }> {
    const real = await engine.openEngine(url);
    const commit = real.writer.commit.bind(real.writer);
    let lose = false;
    real.writer.commit = async () => {
      await commit();
      if (!lose) return;
      lose = false;
      await terminate();
      throw new SqlError('lost', new Error('The answer to the commit was lost.'));
    };
    const store = opened.keep(await SqlOutboxStore.open(real));
    return {
      store,
      loseNext: () => {
        lose = true;
      },
    };
  }

  it('tells the relay of replays and discards that took effect although the answer was lost', async () => {
    const { store, loseNext } = await openLosing();
    const [a, b] = await accepted(store, invoice('a'), invoice('b'));
    await buried(store, ...(await store.load([a?.id ?? 0, b?.id ?? 0])));
    const told: string[] = [];
    const tell = (what: string) => (records: readonly Identified[]) => {
      for (const { id } of records) told.push(`${what} ${id}`);
    };
    store.onReplayed(tell('replayed'));
    store.onDiscarded(tell('discarded'));
    const lost = { code: 'storage_unavailable' };
    loseNext();
    await expect(store.replay('a', { actor: 'test' })).rejects.toMatchObject(lost);
    await eventually(() => store.accept([invoice('next')]));
    loseNext();
    await expect(store.discard('b', { actor: 'test' })).rejects.toMatchObject(lost);
    await eventually(() => store.accept([invoice('last')]));
    expect(told).toEqual([`replayed ${a?.id}`, `discarded ${b?.id}`]);
  });

  it('tells the relay of records that were committed although the answer was lost', async () => {
    const { store, loseNext } = await openLosing();
    const told: unknown[] = [];
    store.onAcceptedElsewhere((ids) => told.push(ids));
    // Whoever begins to listen may have missed something; when it listens again it is told so once more.
    await until(
      'it listens',
      async () => told.splice(0),
      ({ length }) => length > 0,
    );
    const [before] = await accepted(store, invoice('before'));
    loseNext();
    await expect(store.accept([invoice('in doubt')])).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect(told).toEqual([]);
    const [again] = await eventually(() => store.accept([invoice('in doubt')]));
    expect(again?.outcome).toBe('duplicate');
    // As of what another instance has stored while nobody could listen.
    expect(told).toEqual([null]);
    expect(await store.lastId()).toBe((before?.id ?? 0) + 1);
    expect(store.stats()).toMatchObject({ rows: { pending: 2 }, totals: { received: 2 } });
  });

  it('takes a message id once although another process is faster between look and insert', async () => {
    const real = await engine.openEngine(url);
    const query = real.writer.query.bind(real.writer);
    let other: (() => Promise<unknown>) | null = null;
    real.writer.query = async (sql, params) => {
      const now = other;
      if (now !== null && sql.includes('INSERT INTO record')) {
        other = null;
        await now();
      }
      return query(sql, params);
    };
    const store = opened.keep(await SqlOutboxStore.open(real));
    const [template] = await accepted(store, invoice('template'));
    const columns =
      'topic, status, created_at, timestamp, delivery, lane, bytes, request_hash, headers';
    const insert = (id: string): Promise<unknown> =>
      engine.look(
        url,
        `INSERT INTO record (message_id, ${columns}) SELECT '${id}', ${columns.replace('request_hash', hashOf(id))}` +
          ` FROM record WHERE id = ${template?.id ?? 0}`,
      );
    other = () => insert('raced by itself');
    const [single] = await store.accept([invoice('raced by itself')]);
    expect(single?.outcome).toBe('duplicate');
    other = () => insert('raced');
    const [[raced], [alone]] = await Promise.all([
      store.accept([invoice('raced')]),
      store.accept([invoice('alone')]),
    ]);
    expect(raced?.outcome).toBe('duplicate');
    expect(alone?.outcome).toBe('accepted');
    expect(Object.keys(await statuses(store))).toHaveLength(4);
  });

  function hashOf(id: string): string {
    return `decode('${invoice(id).requestHash.toString('hex')}', 'hex')`;
  }

  it('lets nobody write over the connections that read', async () => {
    const real = await engine.openEngine(url);
    const store: OutboxStore = opened.keep(await SqlOutboxStore.open(real));
    await accepted(store, invoice('a'));
    await expect(real.askReader.query('DELETE FROM record')).rejects.toThrow(/read-only/);
    await expect(real.relayReader.query('DELETE FROM record')).rejects.toThrow(/read-only/);
    expect(await statuses(store)).toEqual({ a: 'pending' });
  });
});
