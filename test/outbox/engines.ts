import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutbox, type OutboxStore } from '@bridge/outbox';
import type { Engine } from '../../libs/outbox/src/engine.js';
import { openPostgres } from '../../libs/outbox/src/postgres/open-postgres.js';
import { SqlOutboxStore } from '../../libs/outbox/src/sql-outbox.store.js';
import { openSqlite } from '../../libs/outbox/src/sqlite/open-sqlite.js';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** A database engine for the shared suite: real, empty for each test, and open to a look from outside. */
export interface TestEngine {
  readonly name: 'sqlite' | 'postgres';
  start(): Promise<void>;
  stop(): Promise<void>;
  freshUrl(): Promise<string>;
  openEngine(url: string): Promise<Engine>;
  /** A statement on a connection of its own, as an operator would ask. */
  look(url: string, sql: string): Promise<Rows>;
}

/** A folder of its own in the system's temporary folder. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ponte-outbox-'));
  await chmod(folder, 0o700);
  return folder;
}

export function fileOf(url: string): string {
  return url.slice('sqlite:'.length);
}

export function sqliteTestEngine(): TestEngine {
  let folder = '';
  let databases = 0;
  return {
    name: 'sqlite',
    async start() {
      folder = await temporaryFolder();
    },
    async stop() {
      await rm(folder, { recursive: true, force: true });
    },
    async freshUrl() {
      databases += 1;
      return `sqlite:${join(folder, String(databases), 'outbox.db')}`;
    },
    openEngine: (url) => openSqlite(fileOf(url), 0, () => undefined),
    async look(url, sql) {
      const connection = await SqliteConnection.open(fileOf(url), 'read and write');
      try {
        return await connection.query(sql);
      } finally {
        await connection.close();
      }
    },
  };
}

export function postgresTestEngine(): TestEngine & { readonly server: () => PostgresServer } {
  let server: PostgresServer;
  return {
    name: 'postgres',
    server: () => server,
    async start() {
      server = await startPostgres();
    },
    stop: () => server.stop(),
    freshUrl: () => server.database(),
    openEngine: (url) => openPostgres(url, 'shared'),
    look: (url, sql) => server.query(sql, url),
  };
}

/** Opens outboxes and closes what a test left open. */
export class Opened {
  private readonly stores: OutboxStore[] = [];

  async open(url: string): Promise<OutboxStore> {
    return this.keep(await openOutbox({ url, ballastBytes: 0 }));
  }

  keep<T extends OutboxStore>(store: T): T {
    this.stores.push(store);
    return store;
  }

  async closeAll(): Promise<void> {
    for (const store of this.stores.splice(0)) await store.close();
  }
}

/** An outbox whose commits are counted. */
export async function openCounting(
  engine: TestEngine,
  url: string,
): Promise<{ readonly store: SqlOutboxStore; readonly commits: () => number }> {
  const real = await engine.openEngine(url);
  let commits = 0;
  const { writer } = real;
  const commit = writer.commit.bind(writer);
  writer.commit = async () => {
    commits += 1;
    await commit();
  };
  const atOnce = writer.atOnce?.bind(writer) ?? null;
  const countingAtOnce: typeof atOnce = async (additions, steps) => {
    const committed = await atOnce?.(additions, steps);
    if (committed) commits += 1;
    return committed ?? null;
  };
  Object.assign(writer, { atOnce: atOnce && countingAtOnce });
  const store = await SqlOutboxStore.open(real);
  commits = 0;
  return { store, commits: () => commits };
}
