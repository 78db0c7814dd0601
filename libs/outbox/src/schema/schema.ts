import type { DataSourceOptions } from 'typeorm';
import { outboxEntity, type ColumnTypes } from './outbox.entity.js';
import { PostgresOutbox1763942400000 } from './postgres.migration.js';
import {
  attemptEntity,
  auditEntity,
  CounterEntity,
  MetaEntity,
  PipelineEntity,
  settledIdEntity,
} from './side-tables.entity.js';
import { SqliteOutbox1763942400000 } from './sqlite.migration.js';

function entities(types: ColumnTypes) {
  return [
    outboxEntity(types),
    settledIdEntity(types),
    attemptEntity(types),
    auditEntity(types),
    PipelineEntity,
    CounterEntity,
    MetaEntity,
  ];
}

const SQLITE_ENTITIES = entities({ bytes: 'blob', id: 'integer' });
const POSTGRES_ENTITIES = entities({ bytes: 'bytea', id: 'bigint' });

/** For the moment of migration only: TypeORM's one shared connection must not meet the group commit. */
export function sqliteDataSource(database: string): DataSourceOptions {
  return {
    type: 'sqlite',
    database,
    entities: SQLITE_ENTITIES,
    migrations: [SqliteOutbox1763942400000],
    synchronize: false,
    logging: false,
  };
}

export function postgresDataSource(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: POSTGRES_ENTITIES,
    migrations: [PostgresOutbox1763942400000],
    synchronize: false,
    logging: false,
    installExtensions: false,
    poolSize: 1,
    connectTimeoutMS: 5000,
  };
}
