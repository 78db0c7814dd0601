// `npm run demo`, `dev`, `gameday`: prepares, builds, and hands over to what was built.
import { command } from './command.mjs';
import { step } from './progress.mjs';
import { setup } from './setup.mjs';

// What it hands over to finds its own options only.
const [name] = process.argv.splice(2, 1);
try {
  await setup();
  await step('Build', async () => {
    if ((await command('npm', ['run', '--silent', 'build'])) !== 0)
      throw new Error('It does not build.');
  });
  await import(`../dist/dev/${name}.js`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
