import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropOutboxView, makeOutboxView } from './outbox-view.js';
import { SHOWN_WITH_TRANSACTIONS } from './transactions.migration.js';

const WITH_IDS = ['record', 'settled_id'];
const TABLES = [...WITH_IDS, 'audit'];

/**
 * A message id is one record of one tenant; the same on both engines. What was there before belongs to nobody. The
 * index of what a tenant has waiting costs nothing where there are no tenants.
 */
export class OutboxTenants1764150000000 implements MigrationInterface {
  readonly name = 'OutboxTenants1764150000000';

  async up(runner: QueryRunner): Promise<void> {
    await dropOutboxView(runner);
    for (const table of WITH_IDS) {
      await runner.query(
        `ALTER TABLE "${table}" ADD COLUMN "tenant" varchar(63) NOT NULL DEFAULT ('')`,
      );
      await indexIds(runner, table, '"message_id", "tenant"');
    }
    await runner.query('ALTER TABLE "audit" ADD COLUMN "tenant" varchar(63)');
    await runner.query(
      'CREATE INDEX "ix_record_tenant" ON "record" ("tenant", "delivery", "id", "lane", "bytes")' +
        " WHERE status = 'pending' AND tenant <> ''",
    );
    await makeOutboxView(runner, `${SHOWN_WITH_TRANSACTIONS} tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxView(runner);
    await runner.query('DROP INDEX "ix_record_tenant"');
    for (const table of WITH_IDS) await indexIds(runner, table, '"message_id"');
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE "${table}" DROP COLUMN "tenant"`);
    }
    await makeOutboxView(runner, SHOWN_WITH_TRANSACTIONS);
  }
}

async function indexIds(runner: QueryRunner, table: string, columns: string): Promise<void> {
  const index = `ux_${table}_message_id`;
  await runner.query(`DROP INDEX "${index}"`);
  await runner.query(`CREATE UNIQUE INDEX "${index}" ON "${table}" (${columns})`);
}
