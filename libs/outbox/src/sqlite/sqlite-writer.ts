import { SqlError, type Row, type SqlValue, type Writer } from '../engine.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { sqliteDialect } from './sqlite.dialect.js';

/** The one connection that writes. */
export class SqliteWriter implements Writer {
  /** The highest id that a record has or is about to get; null: to be read. */
  private lastId: number | null = null;

  constructor(private readonly connection: SqliteConnection) {}

  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.connection.query(sql, params);
  }

  async begin(): Promise<boolean> {
    await this.connection.query('BEGIN IMMEDIATE');
    return false;
  }

  /** Nobody else adds rows, so their ids are known before they are added: both tables are filled without a question. */
  async takeTurn(rows: number): Promise<number> {
    const last = this.lastId ?? (await this.readLastId());
    this.lastId = last + rows;
    return last + 1;
  }

  async commit(): Promise<void> {
    await this.connection.query('COMMIT');
  }

  async rollback(): Promise<void> {
    this.lastId = null;
    try {
      await this.connection.query('ROLLBACK');
    } catch (error) {
      // SQLite ends the transaction by itself after some errors (a full disk), so there may be none to end.
      if (!(error instanceof SqlError)) throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async readLastId(): Promise<number> {
    const [row] = await this.connection.query(sqliteDialect.lastId);
    return row?.['id'] as number;
  }
}
