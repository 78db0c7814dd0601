// `npm run bench`: prepares, builds, and hands over to what was built.
import { command } from '../dev/command.mjs';
import { step } from '../dev/progress.mjs';
import { setup } from '../dev/setup.mjs';

try {
  await setup();
  await step('Build', async () => {
    for (const args of [
      ['npm', 'run', '--silent', 'build'],
      ['npx', 'tsc', '-p', 'bench/tsconfig.json'],
    ]) {
      const [name, ...rest] = args;
      if ((await command(name, rest)) !== 0) throw new Error('It does not build.');
    }
  });
  await import('../dist/bench/bench.js');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
