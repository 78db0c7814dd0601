import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ownUrl } from '../config/environment.js';
import { UsageError } from './arguments.js';
import { RESULT } from './report.js';
import { readTopArguments, TOP_USAGE, type TopCommand } from './top-arguments.js';
import { frame } from './top-frame.js';
import { sample, type TopSample } from './top-sample.js';

/* `npm run top`: a live view of a bridge, of what it says by HTTP. */

const USAGE_EXIT = 64;
/** Rates need two moments. */
const ONCE_MS = 1_000;

const CLEAR = '\u001B[H\u001B[2J';

try {
  await run(readTopArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_EXIT : RESULT.notDone;
}

async function run(command: TopCommand): Promise<void> {
  if (command.name === 'help') {
    process.stdout.write(TOP_USAGE);
    return;
  }
  const { keyFile, once, everyMs } = command;
  const url = (command.url ?? ownUrl()).replace(/\/+$/, '');
  const key = keyFile === null ? null : readFileSync(keyFile, 'utf8').trim();
  if (once) await showOnce(url, key);
  else await showAlways(url, key, everyMs);
}

/** @throws Error when the bridge does not answer. */
async function showOnce(url: string, key: string | null): Promise<void> {
  const before = await sample(url, key);
  await pause(ONCE_MS);
  process.stdout.write(`${frame(url, await sample(url, key), before).join('\n')}\n`);
}

/** A bridge that does not answer is shown as that, and asked again. */
async function showAlways(url: string, key: string | null, everyMs: number): Promise<never> {
  const clear = process.stdout.isTTY ? CLEAR : '';
  let before: TopSample | null = null;
  for (;;) {
    let lines: readonly string[];
    try {
      const now = await sample(url, key);
      lines = frame(url, now, before);
      before = now;
    } catch (error) {
      lines = [`Ponte ${url}: ${(error as Error).message}`, new Date().toISOString()];
      before = null;
    }
    process.stdout.write(`${clear}${lines.join('\n')}\n`);
    await pause(everyMs);
  }
}
