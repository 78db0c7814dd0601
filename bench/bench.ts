import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../dev/project-root.js';
import { startCandidates, type Candidates } from './candidates.js';
import type { Report } from './context.js';
import { replaceBetween } from '../dev/document.js';
import { MEASUREMENTS } from './kinds.js';
import { machine } from './machine.js';
import { readOptions, type BenchOptions, type Kind } from './options.js';
import { Stack } from './stack.js';
import { warmUp } from './warm-up.js';

const say = (line: string): void => console.error(`  ${line}`);

async function write(kind: Kind, part: string, files: Report['files']): Promise<void> {
  const document = join(PROJECT_ROOT, 'docs', MEASUREMENTS[kind].document);
  await writeFile(document, replaceBetween(await readFile(document, 'utf8'), kind, part));
  for (const [name, text] of Object.entries(files ?? {})) {
    await writeFile(join(dirname(document), name), text);
  }
}

async function run(stack: Stack, { kinds, quick, write: toWrite, rows }: BenchOptions) {
  let started: Promise<Candidates> | null = null;
  const candidates = (): Promise<Candidates> => (started ??= startCandidates(stack));
  for (const kind of kinds) {
    const began = Date.now();
    const context = { stack, candidates, quick, rows, say };
    const { text, files } = await MEASUREMENTS[kind].measure(context);
    const part = `${machine(new Date())}\n\n${text}`;
    console.log(`\n${part}\n`);
    say(`${kind} took ${Math.round((Date.now() - began) / 1_000)} s.`);
    if (toWrite) await write(kind, part, files);
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const stack = await Stack.start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.stop().finally(() => process.exit(1)));
  }
  try {
    if (!options.quick) say('The brokers grow warm, for two minutes.');
    await warmUp(stack, options.quick);
    await run(stack, options);
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
