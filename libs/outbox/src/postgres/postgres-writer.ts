import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { SqlError, type Row, type SqlValue, type Writer } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { clientOptions, PLAN_SETTINGS, runNamed } from './postgres-client.js';

/** `ponte` in ASCII, cut to 31 bits: keeps our advisory locks apart from those of other programs. */
export const LOCK_SPACE = 0x706f6e74;

/**
 * The timeouts end what hangs. The keep-alives let the server notice within half a minute that this process
 * is gone, so that its lock does not outlive it.
 */
const SETTINGS = [
  ...PLAN_SETTINGS,
  'SET statement_timeout = 10000',
  // Longer than the next: who waits for the turn of an instance that is frozen gets it.
  'SET lock_timeout = 8000',
  'SET idle_in_transaction_session_timeout = 5000',
  'SET tcp_keepalives_idle = 10',
  'SET tcp_keepalives_interval = 5',
  'SET tcp_keepalives_count = 3',
].join('; ');

/** The session of a bridge that was killed a moment ago may still hold the lock until the server has noticed. */
const LOCK_WITHIN_MS = 3_000;
const LOCK_POLL_MS = 100;

/** Bridges share the outbox with each other; whoever puts it right has it alone. */
export type Access = 'shared' | 'alone';

async function takeLock(client: Client, access: Access): Promise<boolean> {
  const lock = access === 'alone' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
  const until = Date.now() + LOCK_WITHIN_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT ${lock}($1, hashtext(current_schema())) AS taken`,
      [LOCK_SPACE],
    );
    if (rows[0]?.taken === true) return true;
    if (Date.now() > until) return false;
    await pause(LOCK_POLL_MS);
  }
}

/**
 * The dedicated client that writes and holds the outbox's advisory lock. A lost connection is replaced at the
 * next transaction; the lock is taken again before anything is written.
 */
export class PostgresWriter implements Writer {
  private client: Client | null = null;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly access: Access,
  ) {}

  /** @throws OutboxError `storage_locked`, SqlError `lost`. */
  async connect(): Promise<Client> {
    if (this.closed) throw new SqlError('lost', new Error('The writer is closed.'));
    const client = new Client(clientOptions(this.url));
    client.on('error', () => this.drop(client));
    try {
      await client.connect();
      await client.query(SETTINGS);
      if (!(await takeLock(client, this.access))) throw locked(this.access);
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
    return row?.['alone'] === true;
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

  async begin(): Promise<boolean> {
    const isNew = this.client === null;
    if (isNew) await this.reconnect();
    await this.query('BEGIN');
    return isNew;
  }

  /**
   * The lock is held through the commit. PostgreSQL does the same to every transaction that notifies, as these do
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

function locked(access: Access): OutboxError {
  return new OutboxError(
    'storage_locked',
    access === 'alone'
      ? 'A bridge uses this outbox. Stop all of them first.'
      : 'Somebody has this outbox alone (npm run outbox). Wait until it is done.',
  );
}
