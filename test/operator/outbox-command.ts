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

type Environment = Readonly<Record<string, string>>;

/** Runs `npm run outbox -- …` as the built program, with these variables of the bridge. */
export function outboxCommand(env: Environment, ...args: readonly string[]): Promise<CommandEnd> {
  return command('outbox.js', env, args);
}

/** The same of `npm run keys -- …`. */
export function keysCommand(env: Environment, ...args: readonly string[]): Promise<CommandEnd> {
  return command('keys.js', env, args);
}

/** The same of `npm run subject -- …`, with this on its standard input. */
export function subjectCommand(
  env: Environment,
  input: string,
  ...args: readonly string[]
): Promise<CommandEnd> {
  return command('subject.js', env, args, input);
}

/** The same of `npm run audit -- …`. */
export function auditCommand(env: Environment, ...args: readonly string[]): Promise<CommandEnd> {
  return command('audit.js', env, args);
}

/** The same of `npm run top -- …`. */
export function topCommand(env: Environment, ...args: readonly string[]): Promise<CommandEnd> {
  return command('top.js', env, args);
}

async function command(
  file: string,
  env: Environment,
  args: readonly string[],
  input = '',
): Promise<CommandEnd> {
  const main = join(PROJECT_ROOT, 'dist', 'apps', 'bridge', 'src', 'cli', file);
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH, HOME, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command that reads nothing may be gone by then.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
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
