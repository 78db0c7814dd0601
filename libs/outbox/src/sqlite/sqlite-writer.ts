import { SqlError, type Row, type SqlValue, type Writer } from '../engine.js';
import type { SqliteConnection } from './sqlite-connection.js';

/** The one connection that writes. */
export class SqliteWriter implements Writer {
  constructor(private readonly connection: SqliteConnection) {}

  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.connection.query(sql, params);
  }

  async begin(): Promise<boolean> {
    await this.connection.query('BEGIN IMMEDIATE');
    return false;
  }

  async takeTurn(): Promise<void> {
    // Nobody else writes.
  }

  async commit(): Promise<void> {
    await this.connection.query('COMMIT');
  }

  async rollback(): Promise<void> {
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
}
