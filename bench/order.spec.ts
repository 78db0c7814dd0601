import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteFile } from '../test/support/sqlite-file.js';
import { outOfOrderIn, recordsIn } from './order.js';

describe('the order of records', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-order-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** @param rows id, key, partition, offset */
  async function found(...rows: readonly string[]): Promise<number[]> {
    const file = join(folder, 'outbox.db');
    await sqliteFile(
      file,
      "CREATE TABLE record AS SELECT 0 AS id, 't' AS topic, 'k' AS \"key\", 0 AS kafka_partition, 0 AS kafka_offset WHERE 0",
    );
    const values = rows.map((row) => `('t', ${row})`).join();
    const columns = 'topic, id, "key", kafka_partition, kafka_offset';
    await sqliteFile(file, `INSERT INTO record (${columns}) VALUES ${values}, ('u', 9, 'a', 0, 0)`);
    const answers = [
      await sqliteFile(file, outOfOrderIn('t')),
      await sqliteFile(file, recordsIn('t')),
    ];
    return answers.map(([row]) => Number(row?.['found']));
  }

  it('is that of each key, whatever lies between', async () => {
    expect(await found("1, 'a', 0, 10", "2, 'b', 0, 4", "3, 'a', 0, 11", "4, 'b', 0, 12")).toEqual([
      0, 4,
    ]);
  });

  it.each([
    ['an offset below', "2, 'a', 0, 9"],
    ['the same offset again', "2, 'a', 0, 10"],
    ['another partition', "2, 'a', 1, 11"],
    ['no offset', "2, 'a', 0, NULL"],
  ])('is broken by %s', async (_what, second) => {
    expect(await found("1, 'a', 0, 10", second)).toEqual([1, 2]);
  });
});
