// `npm run release`: what a server is installed from, as one file. Run it on the oldest system that is to run it: sqlite3's
// binary asks for the C library that it was compiled with.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, root } from './tree.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const name = `ponte-${version}-${process.platform}-${process.arch}`;
const folder = join(root, 'dist', 'release');
const archive = join(folder, `${name}.tar.gz`);

mkdirSync(folder, { recursive: true });
const work = mkdtempSync(join(folder, '.work-'));
try {
  assemble(join(work, name));
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name'];
  const { status } = spawnSync('tar', ['-C', work, ...owner, '-czf', archive, name], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`tar ended with ${status}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
writeFileSync(`${archive}.sha256`, `${sum}  ${name}.tar.gz\n`);
console.log(archive);
