import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LANES } from '../lane.js';
import { SLOTS } from '../leases.js';

const UP = [
  `CREATE TABLE "slot" (
    "slot" smallint CONSTRAINT "pk_slot" PRIMARY KEY,
    "instance" text,
    "epoch" bigint NOT NULL,
    "expires_at" timestamptz
  )`,
  `CREATE TABLE "lane" (
    "lane" smallint CONSTRAINT "pk_lane" PRIMARY KEY,
    "slot" smallint
  )`,
  `CREATE TABLE "arrived" ("record_id" bigint CONSTRAINT "pk_arrived" PRIMARY KEY)`,
  `INSERT INTO "slot" (slot, epoch) SELECT n, 0 FROM generate_series(0, ${SLOTS - 1}) AS n`,
  `INSERT INTO "lane" (lane) SELECT n FROM generate_series(0, ${LANES - 1}) AS n`,
];

/** Which instance relays what. Only on PostgreSQL: an SQLite outbox has one process. */
export class OutboxLeases1764086400000 implements MigrationInterface {
  readonly name = 'OutboxLeases1764086400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "arrived"');
    await runner.query('DROP TABLE "lane"');
    await runner.query('DROP TABLE "slot"');
  }
}
