// Prepares a fresh clone: the packages, then the jars of the local Kafka. Each is done once. Plain JavaScript
// without a dependency, because nothing is installed when it runs.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureJars } from './kafka/jars.mjs';
import { faultsOf } from './packages/review.mjs';
import { step } from './progress.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** npm writes both files in one go, the lock file sometimes a moment later. */
const SAME_INSTALL_MS = 5_000;

/** @throws Error whose message is what to do about it. */
export async function setup() {
  requireNode();
  if (!packagesAreCurrent()) {
    await step(
      'Packages by npm ci (compiles sqlite3 where there is no binary for it)',
      installPackages,
    );
  }
  await ensureJars();
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
  }
}

/** Whether what stands in node_modules was installed after the lock file changed last. */
function packagesAreCurrent() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const locked = statSync(join(root, 'package-lock.json')).mtimeMs;
  return locked <= statSync(installed).mtimeMs + SAME_INSTALL_MS;
}

async function installPackages() {
  reviewPackages();
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund']);
  if (code === 0) return;
  const missing = missingBuildTools();
  if (/sqlite3|node-gyp/.test(output) && missing.length > 0) {
    throw new Error(
      `sqlite3 has no binary for this machine and must be compiled, but ${missing.join(', ')} is missing (Debian: apt-get install python3 make g++).`,
    );
  }
  throw new Error(`npm ci ended with ${code}:\n${output.slice(-3000)}`);
}

/** Before any of them can run a script: older versions of npm do not know `strict-allow-scripts`. */
function reviewPackages() {
  const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  const faults = faultsOf(read('package-lock.json'), read('package.json'));
  if (faults.length > 0) throw new Error(`package-lock.json is refused:\n${faults.join('\n')}`);
}

function missingBuildTools() {
  return ['python3', 'make', 'g++'].filter(
    (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0,
  );
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Headers that came with Node spare the compilation a download. */
function environment() {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h'));
  return headers ? { npm_config_nodedir: prefix, ...process.env } : process.env;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setup();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
