import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { SqlError, type Row, type SqlRunner, type SqlValue } from '../engine.js';
import { LOCK_SPACE, POOLED } from './outbox-lock.js';
import { OWN_SESSION } from './own-session.js';
import { clientOptions, PLAN_SETTINGS, runNamed } from './postgres-client.js';

/** A lease that cannot be renewed soon is as good as lost: who waits longer than this had better try again. */
const ANSWER_WITHIN_MS = 2_500;
const SETTINGS = {
  ...OWN_SESSION,
  ...PLAN_SETTINGS,
  statement_timeout: 2_000,
  lock_timeout: 1_000,
};

/**
 * A connection of its own, so that no long transaction stands before a renewal. Replaced when it is lost. Its session
 * holds a lock in the instance's name: when the process ends, however it does, the lock is free at once, and the
 * others need not wait for the end of its leases (`postgres-leases.ts`).
 */
export class LeaseConnection implements SqlRunner {
  /** The name of this process, by which it holds its leases. */
  readonly instance: string;
  private readonly name = randomBytes(8).toString('hex');
  private client: Promise<Client> | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** @param ownSession see `own-session.ts`. */
  constructor(
    private readonly url: string,
    private readonly ownSession: boolean,
  ) {
    this.instance = ownSession ? this.name : this.name + POOLED;
  }

  /** One after the other, as the connection takes them. */
  query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const asked = this.last.then(() => this.run(sql, params));
    this.last = asked.catch(() => undefined);
    return asked;
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.client !== null) this.drop(this.client);
  }

  private async run(sql: string, params: readonly SqlValue[]): Promise<readonly Row[]> {
    const connecting = (this.client ??= this.connect());
    try {
      return await runNamed(await connecting, sql, params);
    } catch (error) {
      if (!(error instanceof SqlError) || error.kind === 'lost') this.drop(connecting);
      throw error instanceof SqlError ? error : new SqlError('lost', error);
    }
  }

  private async connect(): Promise<Client> {
    if (this.closed) throw new Error('The connection is closed.');
    const client = new Client({
      ...clientOptions(this.url, SETTINGS),
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    // Whoever asks next meets it, and connects again.
    client.on('error', () => undefined);
    await client.connect();
    if (this.ownSession) await runNamed(client, HOLD, [LOCK_SPACE, this.name]);
    return client;
  }

  private drop(connecting: Promise<Client>): void {
    if (this.client === connecting) this.client = null;
    connecting
      .then((client) => client.end())
      .catch(() => {
        // It was gone already.
      });
  }
}

/** Shared: the session that is replaced may have it for a moment longer. */
const HOLD = 'SELECT pg_advisory_lock_shared($1, hashtext(current_schema() || $2))';
