import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEX = 'ix_outbox_transaction';

/** Records that were posted as one transaction know each other; the same on both engines. */
export class OutboxTransactions1764000000000 implements MigrationInterface {
  readonly name = 'OutboxTransactions1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "outbox" ADD COLUMN "transaction_id" varchar(64)');
    await runner.query('ALTER TABLE "outbox" ADD COLUMN "transaction_size" integer');
    await runner.query(
      `CREATE INDEX "${INDEX}" ON "outbox" ("transaction_id") WHERE transaction_id IS NOT NULL AND status <> 'sent'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "${INDEX}"`);
    await runner.query('ALTER TABLE "outbox" DROP COLUMN "transaction_size"');
    await runner.query('ALTER TABLE "outbox" DROP COLUMN "transaction_id"');
  }
}
