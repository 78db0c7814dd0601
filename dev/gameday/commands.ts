import { join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.js';
import { ran, type Ran } from '../run.js';
import type { Setup } from './setup.js';

/** What stops and starts the bridge where it is a service: here this process is what supervises it. */
type Supervised = (setup: Setup) => Promise<unknown>;
const SUPERVISED: ReadonlyMap<string, Supervised> = new Map<string, Supervised>([
  ['systemctl stop ponte', ({ bridge }) => bridge.terminate()],
  ['systemctl start ponte', ({ bridge }) => bridge.start()],
]);
/** They end with 1 where there is something to be done, which is an answer. */
const ANSWERS_WITH_ONE = /^npm run outbox -- (?:check|reconcile)$/;

/** Runs a command of the runbook on the machine of this bridge. @returns why it failed, or null. */
export async function cureBy(setup: Setup, command: string): Promise<string | null> {
  const supervised = SUPERVISED.get(command);
  if (supervised !== undefined) {
    await supervised(setup);
    return null;
  }
  const { code, output } = await shell(setup, command.replace(/^curl /, 'curl --fail-with-body '));
  if (code === 0 || (code === 1 && ANSWERS_WITH_ONE.test(command))) return null;
  return `${command} ended with ${code}: ${lastLine(output)}`;
}

/** What a command to look at something printed, whether it went well or not: what does not answer is seen as well. */
export async function lookBy(setup: Setup, command: string): Promise<string> {
  return (await shell(setup, command)).output;
}

/** In the bridge's folder, with its variables, at its address. */
function shell({ bridge, home, aside }: Setup, command: string): Promise<Ran> {
  const here = command
    .replace('http://127.0.0.1:8081', bridge.url)
    .replace('/backup/', `${join(aside, 'backup')}-`)
    .replace(/^npm run /, `npm --prefix ${PROJECT_ROOT} --silent run `);
  const { PATH, HOME } = process.env;
  return ran('sh', ['-c', here], { cwd: home, env: { PATH, HOME, ...bridge.env } });
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
