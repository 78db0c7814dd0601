// `npm run test:faults`, or `npm run test:faults -- 1 7 9` for some rows: the whole matrix, with its table.
import { FaultyWorld } from './faulty-world.js';
import { ROWS } from './rows.js';
import { runRow, type RowOutcome } from './run-row.js';
import { table } from './table.js';

const wanted = new Set(process.argv.slice(2).map(Number));
const rows = ROWS.filter(({ number }) => wanted.size === 0 || wanted.has(number));
if (rows.length === 0) throw new Error('There is no such row.');

const world = await FaultyWorld.open();
const outcomes: RowOutcome[] = [];
try {
  for (const row of rows) {
    console.log(`${new Date().toISOString().slice(11, 19)} row ${row.number}: ${row.title}`);
    const outcome = await runRow(world, row, 'full');
    outcomes.push(outcome);
    for (const fault of outcome.faults) console.log(`  BROKEN ${fault}`);
  }
} finally {
  await world.close();
}
console.log(`\n${table(outcomes)}`);
process.exit(outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1);
