import { Client } from 'pg';
import type { SqlRunner } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { clientOptions, runNamed } from '../postgres/postgres-client.js';
import { LOCK_SPACE } from '../postgres/outbox-lock.js';
import type { Inspection } from './inspection.js';
import { readFacts } from './read-facts.js';
import { lostPayloads } from './strays.js';

const LOCK_HELD =
  "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND" +
  ' classid::bigint = $1 AND objid::bigint = (hashtext(current_schema())::bigint & 4294967295)' +
  ' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held';

export function inspectPostgres(url: string): Promise<Inspection> {
  return onPostgres(url, async (sql) => {
    const [settings] = await sql.query(
      "SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync," +
        " current_database() || '.' || current_schema() AS where",
    );
    const [lock] = await sql.query(LOCK_HELD, [LOCK_SPACE]);
    return {
      engine: 'postgres',
      where: `PostgreSQL ${String(settings?.['where'])}`,
      running: lock?.['held'] === true,
      damage: await lostPayloads(sql),
      unsafe: ['synchronous_commit', 'fsync']
        .filter((name) => settings?.[name === 'fsync' ? name : 'commit'] === 'off')
        .map((name) => `${name} is off`),
      disk: null,
      ...(await readFacts(sql)),
    };
  });
}

/** Asks over a connection of its own that cannot write, but in a transaction that is begun as READ WRITE. @throws OutboxError `storage_unavailable`. */
export async function onPostgres<T>(url: string, ask: (sql: SqlRunner) => Promise<T>): Promise<T> {
  const client = new Client(clientOptions(url));
  // A connection that breaks rejects what waits for it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SET default_transaction_read_only = on');
    return await ask({ query: (text, params = []) => runNamed(client, text, params) });
  } catch (error) {
    throw new OutboxError('storage_unavailable', 'The PostgreSQL outbox cannot be read.', {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
