import type { Engine } from '../engine.js';
import type { StorageHealth } from '../outbox.store.js';
import type { Ballast } from './ballast.js';
import { spareOf, walBytesOf } from './file-system.js';
import type { ProcessLock } from './process-lock.js';
import type { KeptLog, LogState } from './kept-log.js';
import type { SqliteConnection } from './sqlite-connection.js';
import type { SqliteRelayReader } from './relay-reader.js';
import { sqliteDialect } from './sqlite.dialect.js';
import type { SqliteWriter } from './sqlite-writer.js';

/** Above this the write-ahead log is emptied as soon as nothing waits. */
const WAL_BYTES = 64 * 1024 * 1024;
/** Above this it is emptied although somebody waits: most of it is copied aside first, so the wait is short. */
const WAL_BYTES_AT_MOST = 4 * WAL_BYTES;
/** The log is moved early when a share of the ballast this small was let in. */
const EARLY_PARTS = 8;
/** What was removed stands in the log for so long at most, also while somebody always waits for the writer. */
const WIPE_WITHIN_MS = 60_000;
/** Pages given back to the file system after a checkpoint; small, because it is one short write transaction. */
const VACUUM_PAGES = 200;

export interface SqliteParts {
  readonly path: string;
  readonly lock: ProcessLock;
  readonly log: KeptLog;
  /** What had become of the log of the last process. */
  readonly logWas: LogState;
  readonly ballast: Ballast;
  /** As read back after a write. */
  readonly synchronous: 'FULL';
  readonly writer: SqliteWriter;
  /** Moves pages out of the write-ahead log while the writer goes on. Never writes a row. */
  readonly keeper: SqliteConnection;
  readonly relayReader: SqliteRelayReader;
  readonly askReader: SqliteConnection;
}

export class SqliteEngine implements Engine {
  readonly dialect = sqliteDialect;
  readonly leases = null;
  readonly news = null;
  readonly writer: SqliteWriter;
  readonly relayReader: SqliteRelayReader;
  readonly askReader: SqliteConnection;

  /** Bytes of records that were let in since the log was last moved early. */
  private unmoved = 0;
  private moving = false;
  /** When the log is to be emptied because contents that were removed stand in it; null: none do. */
  private wipeBy: number | null = null;

  constructor(private readonly parts: SqliteParts) {
    this.writer = parts.writer;
    this.relayReader = parts.relayReader;
    this.askReader = parts.askReader;
  }

  get repaired(): string | null {
    return this.parts.logWas === 'deleted'
      ? 'its write-ahead log (the file -wal) had been deleted, and was put back from its second name'
      : null;
  }

  reserve(bytes: number): boolean {
    const { ballast } = this.parts;
    if (!ballast.reserve(bytes)) return false;
    this.moveLogEarly(bytes);
    return true;
  }

  /**
   * Somebody else may fill the disk at any moment, and then the ballast must hold what stands in the log alone. So
   * the log is moved as soon as a part of the ballast was written, and not only by the sweep.
   */
  private moveLogEarly(bytes: number): void {
    const { ballast, keeper } = this.parts;
    this.unmoved += bytes;
    if (this.moving || ballast.bytes === 0 || this.unmoved < ballast.bytes / EARLY_PARTS) return;
    this.moving = true;
    this.unmoved = 0;
    keeper
      .query('PRAGMA wal_checkpoint(PASSIVE)')
      .catch(() => {
        // The sweep meets the same failure, and tells it.
      })
      .finally(() => {
        this.moving = false;
      });
  }

  async health(): Promise<StorageHealth> {
    const { freeBytes, totalBytes } = await spareOf(this.parts.path);
    const unclaimed = Math.max(0, freeBytes - this.parts.ballast.claim);
    return {
      engine: 'sqlite',
      synchronous: this.parts.synchronous,
      walBytes: await walBytesOf(this.parts.path),
      disk: { freeBytes: unclaimed, totalBytes },
      ballast: this.parts.ballast.present,
      bloat: null,
    };
  }

  async checkpoint(
    alone: (step: () => Promise<void>) => Promise<void>,
    idle: () => boolean,
  ): Promise<void> {
    await this.parts.keeper.query('PRAGMA wal_checkpoint(PASSIVE)');
    const bytes = await walBytesOf(this.parts.path);
    // Without its ballast the disk is nearly full, and an emptied log gives its room back.
    const tight = this.parts.ballast.present === false && bytes > 0;
    const wipe = this.wipeBy !== null && (idle() || Date.now() > this.wipeBy);
    if (tight || wipe || bytes > WAL_BYTES_AT_MOST || (bytes > WAL_BYTES && idle())) {
      await alone(() => this.emptyLog());
    }
    if (idle()) await alone(() => this.shrink());
  }

  noteRemoved(): void {
    this.wipeBy ??= Date.now() + WIPE_WITHIN_MS;
  }

  /** A reader that looks at the log keeps it from being emptied; then the next checkpoint does it. */
  private async emptyLog(): Promise<void> {
    const [answer] = await this.parts.keeper.query('PRAGMA wal_checkpoint(TRUNCATE)');
    if (answer?.['busy'] === 0) this.wipeBy = null;
  }

  async tendBallast(): Promise<void> {
    const { ballast, keeper } = this.parts;
    const wasInPlace = ballast.claim === 0;
    await ballast.tend();
    // The room is for the log first: what drains would write more of it, until it has no room in the database.
    if (wasInPlace && ballast.claim > 0) {
      await keeper.query('PRAGMA wal_checkpoint(PASSIVE)');
    }
  }

  async close(): Promise<void> {
    const { relayReader, askReader, keeper, writer, lock, log } = this.parts;
    await log.letGo();
    // The writer last: the last connection empties the write-ahead log.
    const parts = [relayReader, askReader, keeper, writer, { close: () => lock.release() }];
    const failures: unknown[] = [];
    for (const one of parts) await one.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  private async shrink(): Promise<void> {
    const [free] = await this.writer.query('PRAGMA freelist_count');
    if ((free?.['freelist_count'] as number) < VACUUM_PAGES) return;
    await this.writer.query(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  }
}
