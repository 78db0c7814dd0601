import { Client } from 'pg';
import { SqlError, type Row, type SqlRunner, type SqlValue } from '../engine.js';
import { clientOptions, PLAN_SETTINGS, runNamed } from './postgres-client.js';

/** A lease that cannot be renewed soon is as good as lost: who waits longer than this had better try again. */
const SETTINGS = [...PLAN_SETTINGS, 'SET statement_timeout = 2000', 'SET lock_timeout = 1000'].join(
  '; ',
);

/** A connection of its own, so that no long transaction stands before a renewal. Replaced when it is lost. */
export class LeaseConnection implements SqlRunner {
  private client: Promise<Client> | null = null;
  private closed = false;

  constructor(private readonly url: string) {}

  async query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const connecting = (this.client ??= this.connect());
    try {
      return await runNamed(await connecting, sql, params);
    } catch (error) {
      if (!(error instanceof SqlError) || error.kind === 'lost') this.drop(connecting);
      throw error instanceof SqlError ? error : new SqlError('lost', error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.client !== null) this.drop(this.client);
  }

  private async connect(): Promise<Client> {
    if (this.closed) throw new Error('The connection is closed.');
    const client = new Client(clientOptions(this.url));
    // Whoever asks next meets it, and connects again.
    client.on('error', () => undefined);
    await client.connect();
    await client.query(SETTINGS);
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
