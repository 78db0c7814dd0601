import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists, syncFolder } from './file-system.js';
import { isInDatabase } from './wal-file.js';

/**
 * What became of the write-ahead log of a process that was killed:
 * - `here`: it is where it belongs, or the last stop was in good order.
 * - `in the database`: another program has opened the database since and closed it as the last one; SQLite has
 *   moved the log into the database then.
 * - `deleted`: somebody has deleted it, and nobody has written to the database since.
 * - `lost`: somebody has deleted it, and written to the database after that. It fits the database no more.
 */
export type LogState = 'here' | 'in the database' | 'deleted' | 'lost';

/**
 * A second name for the write-ahead log while a process has the database open. Records that were accepted a
 * moment ago stand in the log alone, and without it the database may be a mixture of new and old pages that no
 * check finds. People delete it, because it looks like a left-over; under its second name it is still there.
 * File systems without hard links have no second name; there the ledger in Kafka is the only guard.
 */
export class KeptLog {
  private readonly log: string;
  private readonly kept: string;

  constructor(private readonly database: string) {
    this.log = `${database}-wal`;
    this.kept = `${database}.log`;
  }

  /** To be asked before the first connection, which makes a new log. */
  async state(): Promise<LogState> {
    if ((await exists(this.log)) || !(await exists(this.kept))) return 'here';
    if (await this.isInDatabase()) return 'in the database';
    // The time of this change is that of the deletion: it took one of the file's two names away.
    const { ctimeMs } = await stat(this.kept);
    const { mtimeMs } = await stat(this.database);
    return mtimeMs <= ctimeMs ? 'deleted' : 'lost';
  }

  /** Puts a deleted log back: the database is then as the killed process has left it. */
  async putBack(): Promise<void> {
    await rename(this.kept, this.log);
    await syncFolder(dirname(this.log));
  }

  /** To be called once the log exists. */
  async keep(): Promise<void> {
    await rm(this.kept, { force: true });
    try {
      await link(this.log, this.kept);
    } catch {
      // No hard links here.
      return;
    }
    await syncFolder(dirname(this.kept));
  }

  /** To be called before the last connection closes: that removes the log, and rightly. */
  async letGo(): Promise<void> {
    await rm(this.kept, { force: true });
  }

  private async isInDatabase(): Promise<boolean> {
    const log = await open(this.kept, 'r');
    try {
      const database = await open(this.database, 'r');
      try {
        return await isInDatabase(log, database);
      } finally {
        await database.close();
      }
    } finally {
      await log.close();
    }
  }
}
