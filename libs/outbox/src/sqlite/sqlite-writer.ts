import { SqlError, type Row, type SqlValue, type Writer } from '../engine.js';
import type { Additions } from '../staged.js';
import type { CommittedAtOnce, RelayStep } from '../relay-step.js';
import { partsToAdd } from './arriving.js';
import { AT_ONCE, bound, COMMIT_AT_ONCE, committed, isUnusual } from './at-once.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { sqliteDialect } from './sqlite.dialect.js';

/** The one connection that writes. */
export class SqliteWriter implements Writer {
  /** The highest id that a record has or is about to get; null: to be read. */
  private lastId: number | null = null;

  /** Whether a transaction may be open: a statement would be part of it, and not be committed by itself. */
  private isOpen = false;

  private constructor(private readonly connection: SqliteConnection) {}

  /** @param connection to a database that has its tables. */
  static async on(connection: SqliteConnection): Promise<SqliteWriter> {
    for (const statement of AT_ONCE) await connection.query(statement);
    return new SqliteWriter(connection);
  }

  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.connection.query(sql, params);
  }

  async begin(): Promise<boolean> {
    await this.connection.query('BEGIN IMMEDIATE');
    this.isOpen = true;
    return false;
  }

  async add(additions: Additions): Promise<void> {
    await this.giveIds(additions);
    for (const part of partsToAdd(additions)) {
      await this.connection.query(COMMIT_AT_ONCE, bound(part, []));
    }
  }

  async atOnce(additions: Additions, steps: readonly RelayStep[]): Promise<CommittedAtOnce | null> {
    if (this.isOpen || partsToAdd(additions).length > 1) return null;
    const last = await this.giveIds(additions);
    try {
      const [row] = await this.connection.query(COMMIT_AT_ONCE, bound(additions, steps));
      return committed(row);
    } catch (error) {
      if (!isUnusual(error)) throw error;
      this.lastId = last;
      return null;
    }
  }

  async commit(): Promise<void> {
    await this.connection.query('COMMIT');
    this.isOpen = false;
  }

  async rollback(): Promise<void> {
    this.lastId = null;
    try {
      await this.connection.query('ROLLBACK');
      this.isOpen = false;
    } catch (error) {
      // SQLite ends the transaction by itself after some errors (a full disk), so there may be none to end.
      if (!(error instanceof SqlError)) throw error;
      if (error.message.includes('no transaction is active')) this.isOpen = false;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /**
   * Nobody else adds rows, so their ids are known before they are added: all tables are filled without a question.
   * @returns the highest id before them.
   */
  private async giveIds({ staged }: Additions): Promise<number> {
    const last = this.lastId ?? (await this.readLastId());
    for (const [position, one] of staged.entries()) one.id = last + 1 + position;
    this.lastId = last + staged.length;
    return last;
  }

  private async readLastId(): Promise<number> {
    const [row] = await this.connection.query(sqliteDialect.lastId);
    return row?.['id'] as number;
  }
}
