// `npm run demo` and `npm run dev`: prepares, builds, and hands over to what was built.
import { command } from './command.mjs';
import { step } from './progress.mjs';
import { setup } from './setup.mjs';

const [, , name] = process.argv;
try {
  await setup();
  await step('Build', async () => {
    if ((await command('npm', ['run', '--silent', 'build'])) !== 0)
      throw new Error('It does not build.');
  });
  await import(`../dist/dev/demo/${name}.js`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
