import { DataSource, type DataSourceOptions } from 'typeorm';
import { OutboxError } from '../outbox.error.js';
import type { PostgresWriter } from './postgres-writer.js';

/** Another instance may be at it. Below the time in which every answer of the server has to come. */
const MIGRATE_WITHIN_MS = 18_000;

/** What a version of the bridge makes of the database. */
export interface Schema {
  /** As TypeORM takes them. */
  readonly dataSource: DataSourceOptions;
  /**
   * Names of the migrations after which earlier versions cannot work with the database any more. Whoever adds one
   * that removes or renames anything, or gives an existing column another meaning, adds its name here.
   */
  readonly breaking: readonly string[];
}

/**
 * Brings the tables to this version, while instances of the version before it may be running.
 * @throws OutboxError `storage_locked` when they could not go on afterwards, `storage_newer` when this version
 * cannot work with what a later one has made.
 */
export async function upgrade(writer: PostgresWriter, schema: Schema): Promise<void> {
  await oneAfterTheOther(writer, async () => {
    const source = await new DataSource(schema.dataSource).initialize();
    try {
      const known = source.migrations.map(({ name }) => name ?? '');
      const done = await namesDone(writer);
      const broken = await breakingDone(writer);
      const beyond = broken.filter((name) => !known.includes(name));
      if (beyond.length > 0) throw newer(beyond);
      const breaks = schema.breaking.filter((name) => !done.includes(name));
      if (done.length > 0 && breaks.length > 0 && !(await writer.isAlone())) throw running(breaks);
      await source.runMigrations({ transaction: 'all' });
      await noteBreaking(writer, [...new Set([...broken, ...schema.breaking])]);
    } finally {
      await source.destroy();
    }
  });
}

/** Instances that start at the same moment find the same migrations to be done. */
async function oneAfterTheOther(writer: PostgresWriter, work: () => Promise<void>): Promise<void> {
  await writer.begin();
  try {
    await writer.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await writer.query(`SET LOCAL lock_timeout = ${MIGRATE_WITHIN_MS}`);
    await writer.query(`SET LOCAL statement_timeout = ${MIGRATE_WITHIN_MS}`);
    await writer.takeTurn();
    await work();
    await writer.commit();
  } catch (error) {
    await writer.rollback();
    throw error;
  }
}

async function namesDone(writer: PostgresWriter): Promise<readonly string[]> {
  const [table] = await writer.query("SELECT to_regclass('migrations') IS NOT NULL AS there");
  if (table?.['there'] !== true) return [];
  return (await writer.query('SELECT name FROM migrations')).map((row) => row['name'] as string);
}

async function breakingDone(writer: PostgresWriter): Promise<readonly string[]> {
  const [table] = await writer.query("SELECT to_regclass('meta') IS NOT NULL AS there");
  if (table?.['there'] !== true) return [];
  const [row] = await writer.query('SELECT "value" FROM meta WHERE name = \'breaking\'');
  return row === undefined ? [] : (JSON.parse(row['value'] as string) as string[]);
}

async function noteBreaking(writer: PostgresWriter, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await writer.query(
    'INSERT INTO meta (name, "value") VALUES (\'breaking\', $1)' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
    [JSON.stringify(names)],
  );
}

function newer(names: readonly string[]): OutboxError {
  return new OutboxError(
    'storage_newer',
    `A later version of the bridge has changed this outbox (${names.join(', ')}). Start that version.`,
  );
}

function running(names: readonly string[]): OutboxError {
  return new OutboxError(
    'storage_locked',
    `This version changes the outbox (${names.join(', ')}), and the bridges that are running could not` +
      ' go on with it. Stop all of them first, then start this version.',
  );
}
