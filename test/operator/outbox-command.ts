import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';

export interface CommandEnd {
  readonly code: number | null;
  /** Standard output and error, as a person sees them. */
  readonly said: string;
  /** The answer to `--json`; an empty object without it. */
  readonly json: Readonly<Record<string, unknown>>;
}

const MAIN = join(PROJECT_ROOT, 'dist', 'apps', 'bridge', 'src', 'cli', 'outbox.js');

/** Runs `npm run outbox -- …` as the built program, with these variables of the bridge. */
export async function outboxCommand(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<CommandEnd> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  const answered: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => answered.push(chunk));
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => said.push(chunk));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: Buffer.concat(said).toString(), json: parsed(Buffer.concat(answered)) };
}

function parsed(output: Buffer): Readonly<Record<string, unknown>> {
  const text = output.toString();
  return text.startsWith('{') ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {};
}
