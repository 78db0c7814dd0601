import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';

const REQUIREMENTS = join(PROJECT_ROOT, 'test', 'fuzz', 'requirements.txt');

/** Whether there is a Python that can make an environment of its own. */
export function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Installs it once, apart from the machine's own Python. @returns the program. */
export function installSchemathesis(): string {
  const version = createHash('sha256')
    .update(readFileSync(REQUIREMENTS))
    .digest('hex')
    .slice(0, 12);
  const folder = join(PROJECT_ROOT, 'node_modules', '.cache', `schemathesis-${version}`);
  const program = join(folder, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
    const pip = join(folder, 'bin', 'pip');
    const quiet = ['--quiet', '--disable-pip-version-check'];
    execFileSync(pip, ['install', ...quiet, '--requirement', REQUIREMENTS], { stdio: 'pipe' });
  } catch (error) {
    // Half an installation would be taken for a whole one.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return program;
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
