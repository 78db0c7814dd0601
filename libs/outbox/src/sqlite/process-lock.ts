import { SqlError } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { exists } from './file-system.js';
import { SqliteConnection } from './sqlite-connection.js';

/**
 * One process owns an outbox. The lock is an open exclusive transaction on an empty SQLite file beside the
 * database: SQLite holds it with fcntl, so the kernel frees it when the process ends, also by `kill -9`, and
 * nobody has ever to delete a file by hand.
 */
export class ProcessLock {
  private constructor(private readonly connection: SqliteConnection) {}

  /** @throws OutboxError `storage_locked` when another process (or another store of this one) holds it. */
  static async take(database: string): Promise<ProcessLock> {
    const connection = await SqliteConnection.open(`${database}.lock`, 'read and write');
    try {
      await connection.pragma('locking_mode = EXCLUSIVE');
      await connection.query('BEGIN EXCLUSIVE');
      return new ProcessLock(connection);
    } catch (error) {
      await connection.close();
      throw error instanceof SqlError && error.kind === 'lost' ? locked(database, error) : error;
    }
  }

  /** Whether a process holds it now. Takes nothing: a bridge that starts at this moment is not kept from it. */
  static async held(database: string): Promise<boolean> {
    const file = `${database}.lock`;
    if (!(await exists(file))) return false;
    const connection = await SqliteConnection.open(file, 'read only');
    try {
      await connection.pragma('busy_timeout = 0');
      await connection.query('SELECT COUNT(*) FROM sqlite_master');
      return false;
    } catch (error) {
      if (error instanceof SqlError && error.kind === 'lost') return true;
      throw error;
    } finally {
      await connection.close();
    }
  }

  release(): Promise<void> {
    return this.connection.close();
  }
}

function locked(database: string, cause: unknown): OutboxError {
  return new OutboxError(
    'storage_locked',
    `Another process owns the outbox ${database}. Stop it first; no file has to be deleted.`,
    { cause },
  );
}
