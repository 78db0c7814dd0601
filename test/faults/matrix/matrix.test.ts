import { FaultyWorld } from './faulty-world.js';
import { ROWS } from './rows.js';
import { runRow } from './run-row.js';
import { table } from './table.js';

const FAST = ROWS.filter(({ fast }) => fast);

// The rows that take seconds, at a small scale; all of them at full scale: npm run test:faults.
describe('the promises hold when', () => {
  let world: FaultyWorld;

  beforeAll(async () => {
    world = await FaultyWorld.open();
  }, 120_000);

  afterAll(async () => {
    await world?.close();
  }, 60_000);

  it.each(FAST.map((row) => [`${row.number}: ${row.title}`, row] as const))(
    '%s',
    async (_, row) => {
      const outcome = await runRow(world, row, 'fast');
      console.log(table([outcome]));
      expect(outcome.faults).toEqual([]);
    },
    300_000,
  );
});
