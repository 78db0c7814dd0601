import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { pythonWith } from '../support/foreign-tools.js';

const REQUIREMENTS = join(PROJECT_ROOT, 'test', 'fuzz', 'requirements.txt');

/** Installs it once, apart from the machine's own Python. @returns the program. */
export async function installSchemathesis(): Promise<string> {
  return join(dirname(await pythonWith(REQUIREMENTS)), 'schemathesis');
}

/** Runs it without blocking the bridge, which may live in this process. @returns its exit code and what it said. */
export function runSchemathesis(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: 240_000, maxBuffer: 2 ** 26 };
    const child = execFile(program, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, said: stdout + stderr });
    });
  });
}
