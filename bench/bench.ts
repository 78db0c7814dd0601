import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../dev/project-root.js';
import { measureAccess } from './access.js';
import { measureBacklogs } from './backlog.js';
import { replaceBetween } from './document.js';
import { measureInstances } from './instances.js';
import { machine } from './machine.js';
import { readOptions, type BenchOptions } from './options.js';
import { FULL, QUICK } from './plan.js';
import { profileBridge } from './profile.js';
import { measureRates, type Candidates } from './rates.js';
import { reportOf } from './report.js';
import { Stack } from './stack.js';

const DOCUMENTS = {
  rates: 'performance.md',
  profile: 'performance.md',
  instances: 'scaling.md',
  access: 'performance.md',
} as const;

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

async function write(name: keyof typeof DOCUMENTS, part: string): Promise<void> {
  const document = join(PROJECT_ROOT, 'docs', DOCUMENTS[name]);
  await writeFile(document, replaceBetween(await readFile(document, 'utf8'), name, part));
}

function nameOf(options: BenchOptions): keyof typeof DOCUMENTS {
  return (['profile', 'instances', 'access'] as const).find((name) => options[name]) ?? 'rates';
}

function measure(stack: Stack, options: BenchOptions): Promise<string> {
  const name = nameOf(options);
  switch (name) {
    case 'profile':
      return profileBridge(stack);
    case 'instances':
      return measureInstances(stack, say);
    case 'access':
      return measureAccess(stack, say);
    case 'rates':
      return rates(stack, options);
    default:
      throw new Error(`no such report: ${String(name)}`);
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const began = Date.now();
  const stack = await Stack.start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.stop().finally(() => process.exit(1)));
  }
  try {
    const name = nameOf(options);
    const found = await measure(stack, options);
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
