import type { Engine, PageRunner, SqlRunner } from '../engine.js';
import type { StorageHealth } from '../outbox.store.js';
import type { LeaseConnection } from './lease-connection.js';
import { PostgresLeases } from './postgres-leases.js';
import type { PostgresNews } from './postgres-news.js';
import type { PostgresWriter } from './postgres-writer.js';
import { postgresDialect } from './postgres.dialect.js';

interface Reader extends SqlRunner {
  close(): Promise<void>;
}

/** Of other users' transactions only the fact is visible; their horizon still is. */
const BLOAT =
  'SELECT (SELECT COALESCE(SUM(n_dead_tup), 0) FROM pg_stat_user_tables' +
  ' WHERE schemaname = current_schema()) AS dead,' +
  ' (SELECT COALESCE(CAST(1000 * EXTRACT(EPOCH FROM MAX(now() - xact_start)) AS bigint), 0)' +
  ' FROM pg_stat_activity WHERE backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AS oldest';

export class PostgresEngine implements Engine {
  readonly dialect = postgresDialect;
  readonly relayReader: PageRunner;
  readonly askReader: SqlRunner;
  readonly repaired = null;
  readonly leases: PostgresLeases;

  constructor(
    readonly writer: PostgresWriter,
    private readonly reader: Reader,
    private readonly synchronous: string,
    private readonly leaseConnection: LeaseConnection,
    readonly news: PostgresNews,
  ) {
    this.leases = new PostgresLeases(leaseConnection, leaseConnection.instance);
    const query = reader.query.bind(reader);
    this.relayReader = { query, page: query };
    this.askReader = reader;
  }

  /** The server's disk cannot be seen from here; it says so itself when it is full. */
  reserve(): boolean {
    return true;
  }

  async health(): Promise<StorageHealth> {
    const { synchronous } = this;
    const [row] = await this.askReader.query(BLOAT);
    const bloat = {
      deadRows: row?.['dead'] as number,
      oldestTransactionMs: row?.['oldest'] as number,
    };
    return { engine: 'postgres', synchronous, walBytes: 0, disk: null, ballast: null, bloat };
  }

  noteRemoved(): void {
    // Its vacuum and the recycling of its log are the server's.
  }

  async checkpoint(): Promise<void> {
    // The server checkpoints by itself.
  }

  async tendBallast(): Promise<void> {
    // The server's disk is not ours to keep room on.
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.leaseConnection.close();
    await this.news.close();
    await this.writer.close();
  }
}
