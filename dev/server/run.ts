import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** Runs a command to its end, whatever that is. */
export function ran(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
export async function run(command: string, args: readonly string[]): Promise<string> {
  const { code, output } = await ran(command, args);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
  return output;
}
