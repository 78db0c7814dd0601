import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A value may be encrypted; the key that it was encrypted with stands beside it. The same on both engines. */
export class ValueKeys1764160001000 implements MigrationInterface {
  readonly name = 'ValueKeys1764160001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "payload" ADD COLUMN "key_id" varchar(64)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "payload" DROP COLUMN "key_id"');
    await runner.query('DELETE FROM "meta" WHERE name = \'value_keys\'');
  }
}
