import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.js';
import { run } from '../run.js';

/** What a plain server has: the smallest Debian, systemd, and what fetches a page. */
const SUITE = 'bookworm';
const PACKAGES = 'systemd,systemd-sysv,dbus,curl,ca-certificates';
const CACHE = join(PROJECT_ROOT, 'node_modules', '.cache', 'ponte-server');
const NEEDED = ['debootstrap', 'systemd-nspawn', 'nsenter', 'unshare'];

/** Why no server can be started here, in words. Null: it can. */
export function whyNoServer(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs Linux, and root';
  const missing = NEEDED.filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (missing.length === 0) return null;
  const packages = 'debootstrap systemd-container util-linux';
  return `${missing.join(', ')} is missing (Debian: apt-get install ${packages})`;
}

/** The folder of a Debian as it is on the first day. It is fetched once, by debootstrap (250 MB, some 3 minutes). */
export async function debianRoot(): Promise<string> {
  const root = join(CACHE, SUITE);
  if (existsSync(root)) return root;
  const half = `${root}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  await run('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, SUITE, half]);
  await rename(half, root);
  return root;
}
