import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openOutbox, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import { refuseOldVersion } from '../../libs/outbox/src/sqlite/open-sqlite.js';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { fileOf, Opened, openCounting, sqliteTestEngine } from './engines.js';
import { accepted, invoice, invoices, sent, statuses, WHOLE_PAGE } from './records.js';

const WRITER = fileURLToPath(new URL('accepting-process.ts', import.meta.url));
const TYPESCRIPT = new URL('../support/typescript.mjs', import.meta.url).href;

/** A process of its own that opens the outbox and accepts records for ever, one line for each that resolved. */
function acceptingProcess(url: string) {
  const child = spawn(process.execPath, ['--import', TYPESCRIPT, WRITER, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

describe('the outbox on SQLite', () => {
  const engine = sqliteTestEngine();
  const opened = new Opened();
  let url: string;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
  });
  afterEach(() => opened.closeAll());

  describe('two processes', () => {
    it('cannot own one outbox, and the second is told so', async () => {
      const { child, lines } = acceptingProcess(url);
      try {
        await once(lines, 'line');
        await expect(openOutbox({ url, ballastBytes: 0 })).rejects.toMatchObject({
          code: 'storage_locked',
          message: expect.stringContaining('Another process owns the outbox') as string,
        });
        const link = `${fileOf(url)}.link`;
        await symlink(fileOf(url), link);
        await expect(openOutbox({ url: `sqlite:${link}`, ballastBytes: 0 })).rejects.toMatchObject({
          code: 'storage_locked',
        });
      } finally {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }
      await opened.open(url);
    });

    it('lose nothing that was accepted when the first is killed with -9', async () => {
      const { child, lines } = acceptingProcess(url);
      const resolved: string[] = [];
      lines.on('line', (line) => {
        resolved.push(line);
        if (resolved.length === 500) child.kill('SIGKILL');
      });
      await once(lines, 'close');
      expect(resolved.length).toBeGreaterThanOrEqual(500);

      const store = await opened.open(url);
      const stored = new Set(await allPending(store));
      expect(resolved.filter((id) => !stored.has(id))).toEqual([]);
      expect(store.stats().rows.pending).toBe(stored.size);
      expect(store.stats().totals.received).toBe(stored.size);
    });
  });

  it('stores a record although somebody else has added a row beside it, and gives none the same id', async () => {
    const store = await opened.open(url);
    const [first] = await accepted(store, invoice('a'));
    const columns = await sqliteFile(fileOf(url), 'SELECT name FROM pragma_table_info("record")');
    const names = columns.map(({ name }) => `"${String(name)}"`).join(', ');
    const copied = names.replace('"id"', 'id + 1').replace('"message_id"', "'b'");
    await sqliteFile(fileOf(url), `INSERT INTO record (${names}) SELECT ${copied} FROM record`);
    const [third, fourth] = await accepted(store, invoice('c'), invoice('d'));
    const id = first?.id ?? 0;
    expect([third?.id, fourth?.id]).toEqual([id + 2, id + 3]);
  });

  describe('what it promises of the disk', () => {
    it('is read back after a write', async () => {
      const store = await opened.open(url);
      expect(await store.storageHealth()).toMatchObject({
        engine: 'sqlite',
        synchronous: 'FULL',
        ballast: null,
        disk: { freeBytes: expect.any(Number) as number },
      });
    });

    it('is kept on the connection that writes', async () => {
      const real = await engine.openEngine(url);
      const pragma = async (name: string): Promise<unknown> =>
        Object.values((await real.writer.query(`PRAGMA ${name}`))[0] ?? {})[0];
      expect(await pragma('synchronous')).toBe(2);
      expect(await pragma('journal_mode')).toBe('wal');
      expect(await pragma('wal_autocheckpoint')).toBe(0);
      expect(await pragma('auto_vacuum')).toBe(2);
      await real.close();
    });

    it('is refused to an SQLite whose write-ahead log may be corrupted at its reset', () => {
      expect(() => refuseOldVersion('3.51.3')).not.toThrow();
      expect(() => refuseOldVersion('3.52.0')).not.toThrow();
      expect(() => refuseOldVersion('4.0.0')).not.toThrow();
      for (const old of ['3.51.2', '3.50.9', '2.99.99']) {
        expect(() => refuseOldVersion(old)).toThrow(
          expect.objectContaining({ code: 'storage_unsafe' }) as Error,
        );
      }
    });

    it('keeps the files for its own user alone', async () => {
      await opened.open(url);
      const modeOf = async (path: string): Promise<string> =>
        ((await stat(path)).mode & 0o777).toString(8);
      expect(await modeOf(dirname(fileOf(url)))).toBe('700');
      for (const suffix of ['', '-wal', '-shm'])
        expect(await modeOf(fileOf(url) + suffix)).toBe('600');
    });
  });

  describe('readers', () => {
    it('never see rows of a transaction that is not committed', async () => {
      const real = await engine.openEngine(url);
      await real.writer.begin();
      await real.writer.query("INSERT INTO counter (name, value) VALUES ('uncommitted', 1)");
      const look = 'SELECT name FROM counter';
      expect(await real.relayReader.query(look)).toEqual([]);
      expect(await real.askReader.query(look)).toEqual([]);
      await real.writer.commit();
      expect(await real.relayReader.query(look)).toEqual([{ name: 'uncommitted' }]);
      await real.close();
    });

    it('cannot write', async () => {
      const reader = await SqliteConnection.open(fileOf(await openedAndClosed(url)), 'read only');
      await expect(reader.query('DELETE FROM counter')).rejects.toThrow(/readonly/);
      await reader.close();
    });
  });

  describe('a damaged file', () => {
    it('that is no database is refused', async () => {
      await openedAndClosed(url);
      await writeFile(
        fileOf(url),
        'this is no database, but long enough to look like one'.repeat(99),
      );
      await expect(opened.open(url)).rejects.toMatchObject({ code: 'storage_corrupt' });
    });

    it('is refused when a page of it is damaged', async () => {
      const store = await opened.open(url);
      await accepted(store, ...invoices(500));
      await opened.closeAll();
      // A page that nothing at the start reads but the check itself.
      const [page] = await engine.look(
        url,
        "SELECT pageno FROM dbstat WHERE name = 'record' AND pagetype = 'leaf' ORDER BY pageno LIMIT 1 OFFSET 10",
      );
      const file = await open(fileOf(url), 'r+');
      await file.write(Buffer.alloc(512, 0xa5), 0, 512, ((page?.['pageno'] as number) - 1) * 4096);
      await file.close();
      await expect(opened.open(url)).rejects.toMatchObject({ code: 'storage_corrupt' });
    });

    it('found out while running ends all writes and says so once', async () => {
      const store = await opened.open(url);
      await accepted(store, ...invoices(2000));
      await opened.closeAll();
      const running = await opened.open(url);
      const fatal: Error[] = [];
      running.onFatal((error) => fatal.push(error));
      await truncate(fileOf(url), 8192);
      await expect(running.list({}, 500)).rejects.toMatchObject({ code: 'storage_unavailable' });
      const writes = await Promise.allSettled([
        running.accept([invoice('a')]),
        running.accept([invoice('b')]),
        running.noteLedger('main-0'),
      ]);
      for (const write of writes) {
        expect(write).toMatchObject({
          status: 'rejected',
          reason: { code: 'storage_unavailable' },
        });
      }
      expect(fatal).toHaveLength(1);
    });
  });

  it('refuses a place where it cannot write and a URL that it does not know', async () => {
    const blocked = dirname(fileOf(url));
    await writeFile(blocked, 'a file where the folder should be');
    await expect(opened.open(url)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(openOutbox({ url: 'mysql://x', ballastBytes: 0 })).rejects.toThrow(TypeError);
  });

  describe('the write-ahead log', () => {
    it('is emptied by checkpoints when it is large and nothing waits', async () => {
      const store = await opened.open(url);
      const value = Buffer.alloc(1024 * 1024, 7);
      for (let n = 0; n < 70; n++) await accepted(store, invoice(`large-${n}`, { value }));
      expect((await store.storageHealth()).walBytes).toBeGreaterThan(64 * 1024 * 1024);
      await store.checkpoint();
      expect((await store.storageHealth()).walBytes).toBe(0);
    });

    it('is not needed by who reads after a checkpoint beside writes', async () => {
      const store = await opened.open(url);
      await Promise.all([
        ...invoices(200).map((record) => store.accept([record])),
        store.checkpoint(),
        store.checkpoint(),
      ]);
      expect(await store.pendingPage(WHOLE_PAGE)).toHaveLength(200);
    });
  });

  it('rejects all that waits when somebody else holds the database for too long, and goes on', async () => {
    const store = await opened.open(url);
    const shell = await SqliteConnection.open(fileOf(url), 'read and write');
    await shell.query('BEGIN IMMEDIATE');
    const refused = await Promise.allSettled(
      ['a', 'b', 'c'].map((id) => store.accept([invoice(id)])),
    );
    await shell.query('ROLLBACK');
    await shell.close();
    const unavailable = { status: 'rejected', reason: { code: 'storage_unavailable' } };
    expect(refused).toMatchObject([unavailable, unavailable, unavailable]);
    await accepted(store, invoice('a'));
  });

  it('commits once although a checkpoint waits too', async () => {
    const { store, commits } = await openCounting(engine, url);
    opened.keep(store);
    await Promise.all([
      store.accept([invoice('a')]),
      store.checkpoint(),
      store.accept([invoice('b')]),
    ]);
    expect(commits()).toBe(1);
  });

  it('gives freed pages back to the disk', async () => {
    const store = await opened.open(url);
    const records = await accepted(store, ...invoices(50, { value: Buffer.alloc(100_000, 1) }));
    await sent(store, records);
    const full = await pageCount(url);
    const soon = Date.now() + 1000;
    const ages = { sentBefore: soon, idsBefore: 0, deadLettersBefore: 0 };
    while ((await store.purge(ages, 100)) > 0);
    for (let n = 0; n < 5; n++) await store.checkpoint();
    expect(await pageCount(url)).toBeLessThan(full - 900);
    expect(await statuses(store)).toEqual({});
  });

  async function pageCount(of: string): Promise<number> {
    const [row] = await engine.look(of, 'PRAGMA page_count');
    return row?.['page_count'] as number;
  }

  async function openedAndClosed(of: string): Promise<string> {
    await (await openOutbox({ url: of, ballastBytes: 0 })).close();
    return of;
  }

  async function allPending(store: OutboxStore): Promise<readonly string[]> {
    const all: OutboxRecord[] = [];
    for (;;) {
      const page = await store.pendingPage({ ...WHOLE_PAGE, afterId: all.at(-1)?.id ?? 0 });
      if (page.length === 0) return all.map(({ messageId }) => messageId);
      all.push(...page);
    }
  }
});
