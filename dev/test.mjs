// `npm test`: prepares, lints, builds, and runs every test. Files that take brokers down own a cluster each and
// run one after the other; all others share one cluster and run side by side.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, root } from './command.mjs';
import { step } from './progress.mjs';
import { setup } from './setup.mjs';
import { countOf, total } from './test-count.mjs';

const OWN_CLUSTER = 'test/(promises|faults|dev)/';
const reports = join(root, 'dist', 'test-reports');
const failure = { passed: 0, failed: 1 };
const success = { passed: 0, failed: 0 };

try {
  rmSync(reports, { recursive: true, force: true });
  await setup();
  const lint = await check('lint');
  const build = await check('build');
  const tests = build === success ? [await sharing(), await alone()] : [];
  const { passed, failed } = total([lint, build, ...tests]);
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, 'count.txt'), `${passed} passed, ${failed} failed\n`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

async function check(script) {
  try {
    await step(script, async () => {
      if ((await command('npm', ['run', '--silent', script])) !== 0) throw new Error(script);
    });
    return success;
  } catch {
    return failure;
  }
}

async function sharing() {
  const { LocalKafka } = await import('../dist/dev/kafka/local-kafka.js');
  const cluster = await step('Kafka for the tests that share one', () => LocalKafka.start());
  try {
    const kafka = { PONTE_TEST_KAFKA: cluster.bootstrap.join(',') };
    return await jest('sharing', [`--testPathIgnorePatterns=${OWN_CLUSTER}`], kafka);
  } finally {
    await cluster.stop();
  }
}

function alone() {
  return jest('alone', ['--runInBand', `--testPathPatterns=${OWN_CLUSTER}`]);
}

async function jest(name, args, env) {
  const report = join(reports, `${name}.json`);
  mkdirSync(reports, { recursive: true });
  const code = await command(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${report}`,
      ...args,
    ],
    env,
  );
  const count = countOf(report);
  // Jest has more ways to be unhappy than a red test, such as an obsolete snapshot.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}
