import { Client } from 'pg';
import { SqlError, type Row, type SqlRunner, type SqlValue, type Writer } from '../engine.js';
import { saveCounters } from '../counters.js';
import { OutboxError } from '../outbox.error.js';
import type { Additions } from '../staged.js';
import { noteSubjects } from '../subjects.js';
import { addRows } from './add-rows.js';
import {
  LOCK_SPACE,
  noBridgeBehindPooler,
  takeLock,
  takeLockOfTransaction,
  type Access,
} from './outbox-lock.js';
import { isOwnSession, OWN_SESSION } from './own-session.js';
import { clientOptions, PLAN_SETTINGS, runNamed } from './postgres-client.js';
import { postgresDialect } from './postgres.dialect.js';

/**
 * The timeouts end what hangs. The keep-alives let the server notice within half a minute that this process
 * is gone, so that its lock does not outlive it.
 */
const SETTINGS = {
  ...OWN_SESSION,
  ...PLAN_SETTINGS,
  statement_timeout: 10_000,
  // Longer than the next: who waits for the turn of an instance that is frozen gets it.
  lock_timeout: 8_000,
  idle_in_transaction_session_timeout: 5_000,
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
};

/**
 * The dedicated client that writes and holds the outbox's advisory lock. A lost connection is replaced at the
 * next transaction; the lock is taken again before anything is written.
 */
export class PostgresWriter implements Writer {
  /** Whether its connection is a session of the server; false behind a pooler. */
  ownSession = true;
  /** What is known may be what another instance has just added, and who makes a change must have the lease. */
  readonly atOnce = null;
  private client: Client | null = null;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly access: Access,
  ) {}

  /** @throws OutboxError `storage_locked`, SqlError `lost`. */
  async connect(): Promise<Client> {
    if (this.closed) throw new SqlError('lost', new Error('The writer is closed.'));
    const client = new Client(clientOptions(this.url, SETTINGS));
    client.on('error', () => this.drop(client));
    try {
      await client.connect();
      const sql: SqlRunner = { query: (text, params = []) => runNamed(client, text, params) };
      this.ownSession = await isOwnSession(sql);
      await takeLock(sql, this.access, this.ownSession);
    } catch (error) {
      this.destroy(client);
      throw error instanceof OutboxError ? error : new SqlError('lost', error);
    }
    this.client = client;
    return client;
  }

  /** Whether no other instance is running; none can start until the transaction has ended. */
  async isAlone(): Promise<boolean> {
    const [row] = await this.query(
      'SELECT pg_try_advisory_xact_lock($1, hashtext(current_schema())) AS alone',
      [LOCK_SPACE],
    );
    return row?.['alone'] === true && (await noBridgeBehindPooler(this));
  }

  async query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const { client } = this;
    if (client === null) throw new SqlError('lost', new Error('There is no connection.'));
    try {
      return await runNamed(client, sql, params);
    } catch (error) {
      if (error instanceof SqlError && error.kind === 'lost') this.drop(client);
      throw error;
    }
  }

  async begin(atOneMoment = false): Promise<boolean> {
    const isNew = this.client === null;
    if (isNew) await this.reconnect();
    await this.query(atOneMoment ? 'BEGIN ISOLATION LEVEL REPEATABLE READ' : 'BEGIN');
    if (!this.ownSession) await this.lockTransaction();
    return isNew;
  }

  async add(additions: Additions): Promise<void> {
    await saveCounters(this, postgresDialect, additions.counters);
    await this.takeTurn();
    await addRows(this, additions);
    await noteSubjects(this, postgresDialect, additions.staged);
  }

  /**
   * Until the commit nobody else adds rows. PostgreSQL does the same to every transaction that notifies, as these do
   * (https://www.postgresql.org/docs/current/sql-notify.html, and `PreCommit_Notify` in its sources), so it costs
   * nothing that would not be paid anyway.
   */
  async takeTurn(): Promise<void> {
    await this.query('SELECT pg_advisory_xact_lock($1, hashtext(current_schema() || $2))', [
      LOCK_SPACE,
      ' turn',
    ]);
  }

  async commit(): Promise<void> {
    await this.query('COMMIT');
  }

  async rollback(): Promise<void> {
    const { client } = this;
    if (client === null) return;
    try {
      await this.query('ROLLBACK');
    } catch {
      // A transaction of unknown state must not go on: the next one gets a new connection.
      this.drop(client);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private async lockTransaction(): Promise<void> {
    try {
      await takeLockOfTransaction(this);
    } catch (error) {
      throw error instanceof SqlError ? error : new SqlError('lost', error);
    }
  }

  /** While the lock is somebody else's, or still our own dead session's, nothing is written. */
  private async reconnect(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      throw error instanceof SqlError ? error : new SqlError('lost', error);
    }
  }

  private drop(client: Client): void {
    if (this.client === client) this.client = null;
    this.destroy(client);
  }

  private destroy(client: Client): void {
    // Without waiting for a goodbye: the server may be gone.
    client.on('error', () => undefined);
    void client.end().catch(() => undefined);
    (
      client as unknown as { connection?: { stream?: { destroy(): void } } }
    ).connection?.stream?.destroy();
  }
}
