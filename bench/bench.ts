import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../dev/project-root.js';
import { measureBacklogs } from './backlog.js';
import { replaceBetween } from './document.js';
import { machine } from './machine.js';
import { readOptions, type BenchOptions } from './options.js';
import { FULL, QUICK } from './plan.js';
import { profileBridge } from './profile.js';
import { measureRates, type Candidates } from './rates.js';
import { reportOf } from './report.js';
import { Stack } from './stack.js';

const DOCUMENT = join(PROJECT_ROOT, 'docs', 'performance.md');

const say = (line: string): void => console.error(`  ${line}`);

async function rates(stack: Stack, { quick }: BenchOptions): Promise<string> {
  const size = quick ? QUICK : FULL;
  const candidates: Candidates = {
    kafkaJs: await stack.startKafkaJs(),
    bridges: {
      'exactly-once': await stack.startBridge('exactly-once'),
      'at-least-once': await stack.startBridge('at-least-once'),
    },
    barePort: await stack.startBareServer(),
  };
  const cells = await measureRates(stack, candidates, size, say);
  say(`A backlog of ${size.backlog} records`);
  return reportOf(cells, await measureBacklogs(stack, candidates, size.backlog));
}

async function write(name: string, part: string): Promise<void> {
  await writeFile(DOCUMENT, replaceBetween(await readFile(DOCUMENT, 'utf8'), name, part));
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const began = Date.now();
  const stack = await Stack.start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.stop().finally(() => process.exit(1)));
  }
  try {
    const name = options.profile ? 'profile' : 'rates';
    const found = options.profile ? await profileBridge(stack) : await rates(stack, options);
    const part = `${machine(new Date())}\n\n${found}`;
    console.log(`\n${part}\n`);
    say(`The run took ${Math.round((Date.now() - began) / 1_000)} s.`);
    if (options.write) await write(name, part);
  } finally {
    await stack.stop();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
