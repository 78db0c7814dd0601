import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import sqlite3 from 'sqlite3';
import { SqlError, type FailureKind, type Row, type SqlRunner, type SqlValue } from '../engine.js';

/** Statements kept parsed; parsing costs as much as running a small one (measured: 95 µs against 39 µs). */
const KEPT_STATEMENTS = 100;

/** An I/O error on a disk with less room than this is a full disk: SQLite says so when its shared memory file cannot grow. */
const NO_ROOM_BYTES = 1024 * 1024;

type Callback = (error: Error | null) => void;

/** One SQLite connection. Statements run one after the other in the thread pool, one thread at most. */
export class SqliteConnection implements SqlRunner {
  private readonly statements = new Map<string, sqlite3.Statement>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly database: sqlite3.Database,
    private readonly path: string,
    private readonly onFatal: (error: SqlError) => void,
  ) {}

  /**
   * @param mode `as it is` reads the file alone and makes no other beside it: only for one that nobody has open
   *   and that has no write-ahead log.
   * @param onFatal hears of every error after which nothing can be believed.
   */
  static async open(
    path: string,
    mode: 'read only' | 'read and write' | 'as it is',
    onFatal: (error: SqlError) => void = () => undefined,
  ): Promise<SqliteConnection> {
    const flags = mode === 'read and write' ? READ_WRITE : sqlite3.OPEN_READONLY | sqlite3.OPEN_URI;
    const name = mode === 'as it is' ? `${pathToFileURL(path).href}?immutable=1` : path;
    let database!: sqlite3.Database;
    try {
      await called((done) => (database = new sqlite3.Database(name, flags, done)));
    } catch (error) {
      throw sqlError(error, path);
    }
    return new SqliteConnection(database, path, onFatal);
  }

  query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.inTurn(() => this.run(sql, params));
  }

  /** Sets a pragma or reads it; returns its value. */
  async pragma(text: string): Promise<unknown> {
    const [row] = await this.query(`PRAGMA ${text}`);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      for (const statement of this.statements.values()) {
        await called((done) => statement.finalize(done));
      }
      this.statements.clear();
      await called((done) => this.database.close(done));
    });
  }

  /**
   * One statement at a time: several would wait for the connection's mutex inside the thread pool, whose few
   * threads the writer's fsync needs too.
   */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async run(sql: string, params: readonly SqlValue[]): Promise<readonly Row[]> {
    try {
      const statement = await this.prepared(sql);
      return await new Promise((resolve, reject) => {
        statement.all(params, (error: Error | null, rows: Row[]) => {
          if (error === null) resolve(rows);
          else reject(error);
        });
      });
    } catch (error) {
      const failure = sqlError(error, this.path);
      if (failure.kind === 'fatal') this.onFatal(failure);
      throw failure;
    }
  }

  private async prepared(sql: string): Promise<sqlite3.Statement> {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    let statement!: sqlite3.Statement;
    await called((done) => (statement = this.database.prepare(sql, done)));
    this.statements.set(sql, statement);
    const [oldest] = this.statements;
    if (this.statements.size > KEPT_STATEMENTS && oldest !== undefined) {
      this.statements.delete(oldest[0]);
      await called((done) => oldest[1].finalize(done));
    }
    return statement;
  }
}

const READ_WRITE = sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;

function called(start: (done: Callback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

function sqlError(error: unknown, path: string): SqlError {
  return new SqlError(kindOf(error, path), error);
}

/**
 * After an I/O error, corruption or a database that turned read-only nothing may be believed: a failed fsync
 * may have dropped what it was asked to keep, and the next one would succeed without it.
 */
function kindOf(error: unknown, path: string): FailureKind {
  const { errno } = error as { readonly errno?: number };
  // The driver gives primary result codes; the mask keeps this right should it ever give extended ones.
  switch ((errno ?? 0) & 0xff) {
    case sqlite3.FULL:
      return 'full';
    case sqlite3.IOERR:
      return hasNoRoom(path) ? 'full' : 'fatal';
    // Somebody holds the database for longer than the busy timeout, for example an operator's shell.
    case sqlite3.BUSY:
    case sqlite3.LOCKED:
      return 'lost';
    case sqlite3.CORRUPT:
    case sqlite3.NOTADB:
    case sqlite3.READONLY:
      return 'fatal';
    // Somebody else has added a row, with the id that this process took for the next one.
    case sqlite3.CONSTRAINT:
      return String(error).endsWith('record.id') ? 'conflict' : 'operation';
    default:
      return 'operation';
  }
}

/** Whether the error says that the file is no (whole) database; other fatal errors are the disk's. */
export function saysCorrupt(error: SqlError): boolean {
  const { errno } = error.cause as { readonly errno?: number };
  return errno === sqlite3.CORRUPT || errno === sqlite3.NOTADB;
}

function hasNoRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < NO_ROOM_BYTES;
  } catch {
    return false;
  }
}
