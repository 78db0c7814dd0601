import type { MigrationInterface, QueryRunner } from 'typeorm';
import { openPostgres } from '../../libs/outbox/src/postgres/open-postgres.js';
import { postgresDataSource } from '../../libs/outbox/src/schema/schema.js';
import { SqlOutboxStore } from '../../libs/outbox/src/sql-outbox.store.js';
import { Opened, postgresTestEngine } from './engines.js';
import { accepted, invoice, statuses } from './records.js';

/** What a later version might add. */
class OutboxRemarks4102444800000 implements MigrationInterface {
  readonly name = 'OutboxRemarks4102444800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "record" ADD COLUMN "remark" text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE "record" DROP COLUMN "remark"');
  }
}

const LATER = 'OutboxRemarks4102444800000';

describe('two versions of the bridge on one PostgreSQL outbox', () => {
  const engine = postgresTestEngine();
  const opened = new Opened();
  let url: string;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
  });
  afterEach(() => opened.closeAll());

  async function openLater(breaking: readonly string[]): Promise<SqlOutboxStore> {
    const now = postgresDataSource(url);
    const migrations = [...(now.migrations as unknown[]), OutboxRemarks4102444800000];
    const dataSource = { ...now, migrations } as typeof now;
    const later = await openPostgres(url, 'shared', { dataSource, breaking });
    return opened.keep(await SqlOutboxStore.open(later));
  }

  it('work side by side when the later one only adds', async () => {
    const before = await opened.open(url);
    await accepted(before, invoice('before'));
    const later = await openLater([]);
    await accepted(later, invoice('later'));
    await accepted(before, invoice('again'));
    const all = { before: 'pending', later: 'pending', again: 'pending' };
    expect(await statuses(before)).toEqual(all);
    // And the one that was there first may be started again.
    expect(await statuses(await opened.open(url))).toEqual(all);
  });

  it('do not when the earlier one could not go on', async () => {
    const before = await opened.open(url);
    await expect(openLater([LATER])).rejects.toMatchObject({
      code: 'storage_locked',
      message: expect.stringContaining('Stop all of them first') as string,
    });
    await accepted(before, invoice('goes on'));
    await opened.closeAll();
    await openLater([LATER]);
    await opened.closeAll();
    await expect(opened.open(url)).rejects.toMatchObject({
      code: 'storage_newer',
      message: expect.stringContaining(LATER) as string,
    });
    expect(await statuses(await openLater([LATER]))).toEqual({ 'goes on': 'pending' });
  });

  it('may begin with the later one', async () => {
    await openLater([LATER]);
    await expect(opened.open(url)).rejects.toMatchObject({ code: 'storage_newer' });
  });
});
