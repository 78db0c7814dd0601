// Puts together what a server or an image needs, and nothing else: the built bridge, the packages of production, the Node
// that runs it, the scripts of deploy. Of a checkout that is installed and built; nothing is fetched.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const FILES = ['package.json', 'LICENSE', 'CHANGELOG.md', '.env.example', 'docs', 'deploy/systemd'];
/** Beside what it runs, sqlite3 brings the sources of SQLite and the objects of its compilation. */
const SQLITE3 = ['package.json', 'LICENSE', 'lib', 'build/Release/node_sqlite3.node'];

/** @throws Error whose message says what to do first. */
export function assemble(target) {
  if (!existsSync(join(root, 'dist/apps/bridge/src/main.js')))
    throw new Error('The bridge is not built: npm run build.');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, 'bin'), { recursive: true });
  for (const path of FILES) copy(path, target);
  for (const path of ['dist/apps', 'dist/libs'])
    copy(path, target, (file) => !file.endsWith('.map'));
  for (const path of productionPackages()) copyPackage(path, target);
  cpSync(process.execPath, join(target, 'bin/node'), { dereference: true });
  copy('deploy/release/ponte', target, undefined, 'bin/ponte');
  copy('deploy/container/healthcheck.mjs', target, undefined, 'bin/healthcheck.mjs');
  for (const name of readdirSync(join(target, 'bin'))) chmodSync(join(target, 'bin', name), 0o755);
}

/** What the lock file needs in production and is there: packages for other systems are not. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
}

function copyPackage(path, target) {
  if (path === 'node_modules/sqlite3') {
    for (const file of SQLITE3) copy(`${path}/${file}`, target);
    return;
  }
  // Packages within packages have entries of their own.
  const inner = join(root, path, 'node_modules');
  copy(path, target, (file) => file !== inner);
}

function copy(path, target, filter = () => true, to = path) {
  const from = join(root, path);
  cpSync(from, join(target, to), { recursive: true, filter, preserveTimestamps: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , target] = process.argv;
  if (target === undefined) {
    console.error('usage: node deploy/release/tree.mjs FOLDER');
    process.exit(64);
  }
  assemble(target);
}
