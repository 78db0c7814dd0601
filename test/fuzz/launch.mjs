// `npm run fuzz -- <count>`: prepares, builds, and hands over to what was built.
import { command } from '../../dev/command.mjs';
import { step } from '../../dev/progress.mjs';
import { setup } from '../../dev/setup.mjs';

try {
  await setup();
  await step('Build', async () => {
    for (const [name, ...args] of [
      ['npm', 'run', '--silent', 'build'],
      ['npx', 'tsc', '-p', 'test/fuzz/tsconfig.json'],
    ]) {
      if ((await command(name, args)) !== 0) throw new Error('It does not build.');
    }
  });
  await import('../../dist/test/fuzz/fuzz.js');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
