import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "record" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "message_id" varchar(255) NOT NULL,
    "topic" varchar(249) NOT NULL,
    "status" varchar(8) NOT NULL DEFAULT ('pending'),
    "retry_count" integer NOT NULL DEFAULT (0),
    "last_error" text,
    "last_error_code" text,
    "created_at" bigint NOT NULL,
    "sent_at" bigint,
    "kafka_offset" bigint,
    "kafka_partition" integer,
    "timestamp" bigint NOT NULL,
    "delivery" varchar(16) NOT NULL,
    "lane" smallint NOT NULL,
    "requested_partition" integer,
    "replays" integer NOT NULL DEFAULT (0),
    "next_at" bigint,
    "failed_at" bigint,
    "published_at" bigint,
    "bytes" integer NOT NULL,
    "request_hash" blob NOT NULL,
    "key" blob,
    "headers" blob NOT NULL
  )`,
  `CREATE TABLE "payload" (
    "record_id" integer PRIMARY KEY NOT NULL,
    "value" blob NOT NULL
  )`,
  `CREATE TABLE "settled_id" (
    "record_id" integer PRIMARY KEY NOT NULL,
    "message_id" varchar(255) NOT NULL,
    "topic" varchar(249) NOT NULL,
    "status" varchar(8) NOT NULL,
    "delivery" varchar(16) NOT NULL,
    "retry_count" integer NOT NULL,
    "last_error_code" text,
    "replays" integer NOT NULL,
    "created_at" bigint NOT NULL,
    "sent_at" bigint,
    "settled_at" bigint NOT NULL,
    "kafka_offset" bigint,
    "kafka_partition" integer,
    "request_hash" blob NOT NULL
  )`,
  `CREATE TABLE "attempt" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "record_id" bigint NOT NULL,
    "number" integer NOT NULL,
    "at" bigint NOT NULL,
    "code" text NOT NULL,
    "error" text NOT NULL
  )`,
  `CREATE TABLE "audit" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "at" bigint NOT NULL,
    "actor" text NOT NULL,
    "action" varchar(16) NOT NULL,
    "message_id" varchar(255) NOT NULL,
    "topic" varchar(249) NOT NULL,
    "to_topic" varchar(249),
    "reason" text
  )`,
  `CREATE TABLE "pipeline" (
    "name" text PRIMARY KEY NOT NULL,
    "batch_number" bigint NOT NULL,
    "kind" text,
    "open_batch" text,
    "appended" text,
    "opened_at" bigint,
    "committed_number" bigint NOT NULL,
    "ledger_at" bigint
  )`,
  `CREATE TABLE "counter" (
    "name" text PRIMARY KEY NOT NULL,
    "value" bigint NOT NULL
  )`,
  `CREATE TABLE "meta" (
    "name" text PRIMARY KEY NOT NULL,
    "value" text NOT NULL
  )`,
  `CREATE UNIQUE INDEX "ux_record_message_id" ON "record" ("message_id")`,
  `CREATE INDEX "ix_record_pending" ON "record" ("delivery", "id", "lane", "bytes") WHERE status = 'pending'`,
  `CREATE INDEX "ix_record_pending_topic" ON "record" ("topic", "id", "kafka_partition", "bytes") WHERE status = 'pending'`,
  `CREATE INDEX "ix_record_due" ON "record" ("next_at", "id", "bytes") WHERE status = 'failed'`,
  `CREATE INDEX "ix_record_failed" ON "record" ("id") WHERE status = 'failed'`,
  `CREATE INDEX "ix_record_dead" ON "record" ("id") WHERE status = 'dlq'`,
  `CREATE INDEX "ix_record_dead_age" ON "record" ("failed_at", "id") WHERE status = 'dlq'`,
  `CREATE INDEX "ix_record_unpublished" ON "record" ("id", "bytes") WHERE status = 'dlq' AND published_at IS NULL`,
  `CREATE INDEX "ix_record_sent" ON "record" ("sent_at", "id") WHERE status = 'sent'`,
  `CREATE UNIQUE INDEX "ux_settled_id_message_id" ON "settled_id" ("message_id")`,
  `CREATE INDEX "ix_settled_id_settled_at" ON "settled_id" ("settled_at")`,
  `CREATE INDEX "ix_attempt_record_id" ON "attempt" ("record_id")`,
];

const TABLES = [
  'meta',
  'counter',
  'pipeline',
  'audit',
  'attempt',
  'settled_id',
  'payload',
  'record',
];

/**
 * The first version of every table on SQLite; what each column is for stands with the entities.
 */
export class SqliteOutbox1763942400000 implements MigrationInterface {
  readonly name = 'SqliteOutbox1763942400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`DROP TABLE "${table}"`);
  }
}
