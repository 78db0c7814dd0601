import sqlite3 from 'sqlite3';
import { Batcher } from './batcher.js';
import { closedLoop, type Client, type Pace } from './closed-loop.js';
import { benchRecord, type BenchRecord } from './invoice.js';
import { serveJobs } from './job-server.js';
import type { Measurement } from './measurement.js';

/** Stores records in SQLite and does nothing else: what waits is stored by one statement and committed together. */
export interface CommitJob {
  /** The database, made where there is none. */
  readonly file: string;
  readonly pace: Pace;
}

/** Rows of one commit at most. */
const GROUP_RECORDS = 2_000;

let next = 0;

serveJobs<Measurement>(async ({ file, pace }: CommitJob) => {
  const database = new sqlite3.Database(file);
  const run = (sql: string, values: readonly string[] = []): Promise<void> =>
    new Promise((resolve, reject) => {
      database.run(sql, values, (error) => (error === null ? resolve() : reject(error)));
    });
  await run('PRAGMA journal_mode = WAL');
  // A commit returns after its fsync, as the bridge's does.
  await run('PRAGMA synchronous = FULL');
  await run('CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY, "key" TEXT, "value" TEXT)');
  const insert = (records: readonly BenchRecord[]): Promise<void> =>
    run(
      `INSERT INTO record ("key", "value") VALUES ${records.map(() => '(?, ?)').join(', ')}`,
      records.flatMap(({ key, value }) => [key, value]),
    );
  const group = new Batcher<BenchRecord>(insert, GROUP_RECORDS);
  const client: Client = {
    once: async () => {
      await group.add(benchRecord('commit', next++));
      return null;
    },
    close: () => undefined,
  };
  try {
    return await closedLoop(pace, () => Promise.resolve(client));
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
});
