import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInDatabase, readLog } from '../../libs/outbox/src/sqlite/wal-file.js';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';

describe("SQLite's write-ahead log, read without SQLite", () => {
  let folder: string;
  let file: string;
  let connection: SqliteConnection;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-wal-'));
    file = join(folder, 'a.db');
    connection = await SqliteConnection.open(file, 'read and write');
    await connection.pragma('journal_mode = WAL');
    await connection.pragma('wal_autocheckpoint = 0');
    await connection.query('CREATE TABLE t (id integer PRIMARY KEY, text text)');
    await connection.query('PRAGMA wal_checkpoint(TRUNCATE)');
  });

  afterEach(async () => {
    await connection.close();
    await rm(folder, { recursive: true });
  });

  async function insert(count: number): Promise<void> {
    await connection.query(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)' +
        ' INSERT INTO t (text) SELECT hex(randomblob(50)) FROM n',
      [count],
    );
  }

  async function withFiles<T>(
    log: string,
    work: (...files: Awaited<ReturnType<typeof open>>[]) => Promise<T>,
  ): Promise<T> {
    const [first, second] = [await open(log, 'r'), await open(file, 'r')];
    try {
      return await work(first, second);
    } finally {
      await first.close();
      await second.close();
    }
  }

  const inDatabase = (log = `${file}-wal`): Promise<boolean> =>
    withFiles(log, async (one, two) => isInDatabase(one, two));
  const pagesIn = (log: string): Promise<number> =>
    withFiles(log, async (one) => (await readLog(one)).places.size);

  it('is in the database once it was moved there, and not before', async () => {
    await insert(500);
    expect(await pagesIn(`${file}-wal`)).toBeGreaterThan(5);
    expect(await inDatabase()).toBe(false);
    await connection.query('PRAGMA wal_checkpoint(PASSIVE)');
    expect(await inDatabase()).toBe(true);
    await insert(1);
    expect(await inDatabase()).toBe(false);
  });

  it('counts up to its last commit, not to a torn or an older frame behind it', async () => {
    await insert(100);
    const whole = await pagesIn(`${file}-wal`);
    const torn = join(folder, 'torn');
    await copyFile(`${file}-wal`, torn);
    const { size } = await stat(torn);
    const handle = await open(torn, 'r+');
    // One turned bit in the last frame: the commit that it ends never happened.
    await handle.write(Buffer.from([1]), 0, 1, size - 10);
    await handle.close();
    expect(await pagesIn(torn)).toBe(0);
    // A log that begins anew keeps the frames of the last round behind its own.
    await connection.query('PRAGMA wal_checkpoint(RESTART)');
    await insert(1);
    expect((await stat(`${file}-wal`)).size).toBe(size);
    expect(await pagesIn(`${file}-wal`)).toBeLessThan(whole);
  });

  it('of no bytes, or of something else, holds nothing', async () => {
    await connection.query('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(await inDatabase()).toBe(true);
    expect(await pagesIn(file)).toBe(0);
  });
});
