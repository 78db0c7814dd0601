import sqlite3 from 'sqlite3';
import type { DataSourceOptions } from 'typeorm';
import { AuditChain1764160000000 } from './audit-chain.migration.js';
import { ArrivedEntity, LaneEntity, SlotEntity } from './lease.entity.js';
import { OutboxLeases1764086400000 } from './leases.migration.js';
import { PostgresOutbox1763942400000 } from './postgres.migration.js';
import { payloadEntity, recordEntity, type ColumnTypes } from './record.entity.js';
import {
  attemptEntity,
  auditEntity,
  CounterEntity,
  MetaEntity,
  PipelineEntity,
  settledIdEntity,
  subjectEntity,
} from './side-tables.entity.js';
import { SqliteOutbox1763942400000 } from './sqlite.migration.js';
import { Subjects1764160002000 } from './subject.migration.js';
import { OutboxTenants1764150000000 } from './tenants.migration.js';
import { ValueKeys1764160001000 } from './value-key.migration.js';
import { OutboxTransactions1764000000000 } from './transactions.migration.js';

/** Migrations after which instances of the versions before cannot go on (`postgres/upgrade.ts`). */
export const BREAKING: readonly string[] = ['AuditChain1764160000000', 'ValueKeys1764160001000'];

function entities(types: ColumnTypes) {
  return [
    recordEntity(types),
    payloadEntity(types),
    settledIdEntity(types),
    attemptEntity(types),
    auditEntity(types),
    subjectEntity(types),
    PipelineEntity,
    CounterEntity,
    MetaEntity,
  ];
}

const SQLITE_ENTITIES = entities({ bytes: 'blob', id: 'integer' });
const POSTGRES_ENTITIES = [
  ...entities({ bytes: 'bytea', id: 'bigint' }),
  SlotEntity,
  LaneEntity,
  ArrivedEntity,
];

/**
 * The driver as it is. TypeORM calls `verbose()` on it, which makes every statement of the process capture a
 * stack for its error message, for ever: a tenth of the bridge's CPU (measured).
 */
const QUIET_DRIVER: object = Object.assign(Object.create(sqlite3) as object, {
  verbose: () => sqlite3,
});

/** For the moment of migration only: TypeORM's one shared connection must not meet the group commit. */
export function sqliteDataSource(database: string): DataSourceOptions {
  return {
    type: 'sqlite',
    database,
    driver: QUIET_DRIVER,
    entities: SQLITE_ENTITIES,
    migrations: [
      SqliteOutbox1763942400000,
      OutboxTransactions1764000000000,
      OutboxTenants1764150000000,
      AuditChain1764160000000,
      ValueKeys1764160001000,
      Subjects1764160002000,
    ],
    synchronize: false,
    logging: false,
  };
}

export function postgresDataSource(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: POSTGRES_ENTITIES,
    migrations: [
      PostgresOutbox1763942400000,
      OutboxTransactions1764000000000,
      OutboxLeases1764086400000,
      OutboxTenants1764150000000,
      AuditChain1764160000000,
      ValueKeys1764160001000,
      Subjects1764160002000,
    ],
    synchronize: false,
    logging: false,
    installExtensions: false,
    poolSize: 1,
    connectTimeoutMS: 5000,
  };
}
