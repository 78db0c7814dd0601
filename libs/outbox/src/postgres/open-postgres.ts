import { Pool } from 'pg';
import { SqlError, type Row, type SqlRunner, type SqlValue } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { BREAKING, postgresDataSource } from '../schema/schema.js';
import { clientOptions, PLAN_SETTINGS, runNamed } from './postgres-client.js';
import { LeaseConnection } from './lease-connection.js';
import { PostgresNews } from './postgres-news.js';
import { PostgresEngine } from './postgres.engine.js';
import type { Access } from './outbox-lock.js';
import { PostgresWriter } from './postgres-writer.js';
import { upgrade, type Schema } from './upgrade.js';

const READERS = 4;
const READ_SETTINGS = {
  ...PLAN_SETTINGS,
  // A page's best plan depends on how many rows wait now, so it is not kept.
  plan_cache_mode: 'force_custom_plan',
  default_transaction_read_only: 'on',
  statement_timeout: 5_000,
};

/** @throws OutboxError `storage_locked`, `storage_unsafe`, `storage_unavailable`. */
export async function openPostgres(
  url: string,
  access: Access,
  schema: Schema = { dataSource: postgresDataSource(url), breaking: BREAKING },
): Promise<PostgresEngine> {
  const writer = new PostgresWriter(url, access);
  try {
    await writer.connect();
    await upgrade(writer, schema);
    const synchronous = await proveSynchronous(writer);
    if (!writer.ownSession) await proveSettings(writer);
    const leases = new LeaseConnection(url, writer.ownSession);
    const news = new PostgresNews(url, leases, writer.ownSession);
    return new PostgresEngine(writer, new PoolReader(url), synchronous, leases, news);
  } catch (error) {
    await writer.close();
    if (error instanceof OutboxError) throw error;
    const message = `The PostgreSQL outbox cannot be opened: ${reasonOf(error)}.`;
    throw new OutboxError('storage_unavailable', message, { cause: error });
  }
}

interface Failure {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** The words of whoever failed first: the server, TLS, or the network. None of them has the URL or the password in it. */
function reasonOf(error: unknown): string {
  const { message, code, cause } = error as Failure;
  if (typeof cause === 'object' && cause !== null) return reasonOf(cause);
  // Where a host name has several addresses, only the code says anything.
  return String(message === '' ? code : message);
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

/** What a session is started with does not come through a pooler, so the role has to have it. */
async function proveSettings(writer: PostgresWriter): Promise<void> {
  const [row] = await writer.query(
    "SELECT current_setting('enable_seqscan') AS scans," +
      " current_setting('lock_timeout') AS lock," +
      " current_setting('idle_in_transaction_session_timeout') AS idle",
  );
  if (row?.['scans'] === 'off' && row['lock'] !== '0' && row['idle'] !== '0') return;
  throw unsafe(
    'a pooler drops the settings of the session; give them to the role (docs/scaling.md, "A pooler")',
  );
}

function unsafe(reason: string): OutboxError {
  return new OutboxError('storage_unsafe', `PostgreSQL cannot keep the promise: ${reason}.`);
}

/** Reads over a few connections of their own, each read-only. */
export class PoolReader implements SqlRunner {
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = new Pool({
      ...clientOptions(url, READ_SETTINGS),
      max: READERS,
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
