import { DataSource } from 'typeorm';
import { postgresDataSource, sqliteDataSource } from '../../libs/outbox/src/schema/schema.js';
import { fileOf, Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';

describe.each([sqliteTestEngine(), postgresTestEngine()])('the schema on $name', (engine) => {
  const opened = new Opened();
  let url: string;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
    await opened.open(url);
    await opened.closeAll();
  });

  const connect = (): Promise<DataSource> =>
    new DataSource(
      engine.name === 'sqlite' ? sqliteDataSource(fileOf(url)) : postgresDataSource(url),
    ).initialize();

  it('made by the migrations is the one that the entities describe', async () => {
    const source = await connect();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('has the condition of each index that the entities describe', async () => {
    const source = await connect();
    const described = source.entityMetadatas.flatMap(({ indices }) =>
      indices.map(({ name, where }) => [name, where ?? null] as const),
    );
    await source.destroy();
    const made = new Map(
      (
        await engine.look(
          url,
          engine.name === 'sqlite'
            ? "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
            : 'SELECT indexname AS name, indexdef AS sql FROM pg_indexes',
        )
      ).map((row) => [row['name'], normal(String(row['sql']))]),
    );
    expect(described.length).toBeGreaterThan(10);
    for (const [name, where] of described) {
      const condition = made.get(name)?.split(' WHERE ')[1] ?? null;
      expect([name, condition]).toEqual([name, where === null ? null : normal(where)]);
    }
  });

  it('goes back to nothing', async () => {
    const source = await connect();
    for (const _ of source.migrations) await source.undoLastMigration();
    await source.destroy();
    await expect(engine.look(url, 'SELECT 1 FROM outbox')).rejects.toThrow(/outbox/);
    const store = await opened.open(url);
    expect(store.stats().rows).toEqual({ pending: 0, failed: 0, sent: 0, dlq: 0 });
    await opened.closeAll();
  });

  /** PostgreSQL shows conditions with brackets and casts. */
  function normal(sql: string): string {
    return sql.replace(/::[a-z ]+(?=[)\s]|$)|[()]/g, '').trim();
  }
});
