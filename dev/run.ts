import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
}

export interface RunOptions {
  /** The folder of this process by default. */
  readonly cwd?: string;
  /** All of its variables; those of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a command to its end, whatever that is. */
export function ran(
  command: string,
  args: readonly string[],
  { cwd = process.cwd(), env = process.env }: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd, env });
    const pieces: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => pieces.push(piece));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, output: Buffer.concat(pieces).toString('utf8') }),
    );
  });
}

/** @returns what it printed. @throws Error with all of its words when it does not end with 0. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, output } = await ran(command, args, options);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
  return output;
}
