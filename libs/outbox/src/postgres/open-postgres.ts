import { Pool } from 'pg';
import { SqlError, type Row, type SqlRunner, type SqlValue } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { postgresDataSource } from '../schema/schema.js';
import { clientOptions, PLAN_SETTINGS, runNamed } from './postgres-client.js';
import { LeaseConnection } from './lease-connection.js';
import { PostgresNews } from './postgres-news.js';
import { PostgresEngine } from './postgres.engine.js';
import { PostgresWriter, type Access } from './postgres-writer.js';
import { upgrade, type Schema } from './upgrade.js';

const READERS = 4;
const READ_SETTINGS = [
  ...PLAN_SETTINGS,
  // A page's best plan depends on how many rows wait now, so it is not kept.
  'SET plan_cache_mode = force_custom_plan',
  'SET default_transaction_read_only = on',
  'SET statement_timeout = 5000',
].join('; ');

/** @throws OutboxError `storage_locked`, `storage_unsafe`, `storage_unavailable`. */
export async function openPostgres(
  url: string,
  access: Access,
  schema: Schema = { dataSource: postgresDataSource(url), breaking: [] },
): Promise<PostgresEngine> {
  const writer = new PostgresWriter(url, access);
  try {
    await writer.connect();
    await upgrade(writer, schema);
    const synchronous = await proveSynchronous(writer);
    const leases = new LeaseConnection(url);
    const news = new PostgresNews(url, leases);
    return new PostgresEngine(writer, new PoolReader(url), synchronous, leases, news);
  } catch (error) {
    await writer.close();
    if (error instanceof OutboxError) throw error;
    throw new OutboxError('storage_unavailable', 'The PostgreSQL outbox cannot be opened.', {
      cause: error,
    });
  }
}

/**
 * Reads the settings back after a write. They are not set here: `remote_apply` would be weakened by a plain
 * `on`, and a server without fsync cannot be helped from here.
 */
async function proveSynchronous(writer: PostgresWriter): Promise<string> {
  await writer.query(
    'INSERT INTO meta (name, "value") VALUES (\'opened_at\', $1)' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
    [new Date().toISOString()],
  );
  const [row] = await writer.query(
    "SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync",
  );
  if (row?.['commit'] === 'off') throw unsafe('synchronous_commit is off');
  if (row?.['fsync'] === 'off') throw unsafe('fsync is off');
  return row?.['commit'] as string;
}

function unsafe(reason: string): OutboxError {
  return new OutboxError('storage_unsafe', `PostgreSQL cannot keep the promise: ${reason}.`);
}

/** Reads over a few connections of their own, each read-only. */
export class PoolReader implements SqlRunner {
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = new Pool({
      ...clientOptions(url),
      max: READERS,
      // The pool awaits it before it hands the client out, although its type does not say so.
      onConnect: (client) => client.query(READ_SETTINGS) as unknown as void,
    });
    // A broken idle connection is replaced by the pool; who was using one has got the error.
    this.pool.on('error', () => undefined);
  }

  query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return runNamed(this.pool, sql, params).catch((error: unknown) => {
      throw error instanceof SqlError ? error : new SqlError('lost', error);
    });
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
