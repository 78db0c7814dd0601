// `npm run test:faults [-- row numbers]`: prepares, builds, and runs the fault matrix at full scale.
import { command } from './command.mjs';
import { step } from './progress.mjs';
import { setup } from './setup.mjs';

const [, , ...rows] = process.argv;
try {
  await setup();
  await step('Build', async () => {
    if ((await command('npm', ['run', '--silent', 'build'])) !== 0)
      throw new Error('It does not build.');
  });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const loader = './test/support/typescript.mjs';
const run = ['--import', loader, 'test/faults/matrix/run.ts', ...rows];
process.exit(await command(process.execPath, run));
