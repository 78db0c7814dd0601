import type { Engine, SqlRunner } from '../engine.js';
import type { StorageHealth } from '../outbox.store.js';
import type { PostgresWriter } from './postgres-writer.js';
import { postgresDialect } from './postgres.dialect.js';

interface Reader extends SqlRunner {
  close(): Promise<void>;
}

export class PostgresEngine implements Engine {
  readonly dialect = postgresDialect;
  readonly relayReader: SqlRunner;
  readonly askReader: SqlRunner;
  readonly repaired = null;

  constructor(
    readonly writer: PostgresWriter,
    private readonly reader: Reader,
    private readonly synchronous: string,
  ) {
    this.relayReader = reader;
    this.askReader = reader;
  }

  /** The server's disk cannot be seen from here; it says so itself when it is full. */
  reserve(): boolean {
    return true;
  }

  async health(): Promise<StorageHealth> {
    const { synchronous } = this;
    return { engine: 'postgres', synchronous, walBytes: 0, disk: null, ballast: null };
  }

  async checkpoint(): Promise<void> {
    // The server checkpoints by itself.
  }

  async tendBallast(): Promise<void> {
    // The server's disk is not ours to keep room on.
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.writer.close();
  }
}
