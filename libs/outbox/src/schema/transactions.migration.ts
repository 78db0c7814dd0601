import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropOutboxView, makeOutboxView } from './outbox-view.js';

/** In the order in which `SELECT *` gives them to users' scripts. */
export const SHOWN_WITH_TRANSACTIONS =
  'id message_id topic status retry_count last_error last_error_code created_at sent_at kafka_offset kafka_partition' +
  ' timestamp delivery lane requested_partition replays next_at failed_at published_at bytes request_hash key headers' +
  ' value transaction_id transaction_size';
const INDEX = 'ix_record_transaction';

/** Records that were posted as one transaction know each other, and what users ask has its view; the same on both engines. */
export class OutboxTransactions1764000000000 implements MigrationInterface {
  readonly name = 'OutboxTransactions1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "record" ADD COLUMN "transaction_id" varchar(64)');
    await runner.query('ALTER TABLE "record" ADD COLUMN "transaction_size" integer');
    await runner.query(
      `CREATE INDEX "${INDEX}" ON "record" ("transaction_id") WHERE transaction_id IS NOT NULL AND status <> 'sent'`,
    );
    await makeOutboxView(runner, SHOWN_WITH_TRANSACTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxView(runner);
    await runner.query(`DROP INDEX "${INDEX}"`);
    await runner.query('ALTER TABLE "record" DROP COLUMN "transaction_size"');
    await runner.query('ALTER TABLE "record" DROP COLUMN "transaction_id"');
  }
}
