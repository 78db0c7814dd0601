import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WatchedProcess } from '../watched-process.js';
import { debianRoot } from './debian-root.js';
import { ran, type Ran } from '../run.js';

const BOOT_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 60_000;
const POLL_MS = 100;
const CGROUPS = '/sys/fs/cgroup';
const CGROUP = `ponte-server-${process.pid}`;

/*
 * In a mount namespace of its own, where what the server writes lies over the Debian that stays as it was, and in cgroups of
 * its own, below which its systemd makes those of its services. $1 the name, $2 the Debian, $3 the server's own folder.
 */
const BOOT = `
for at in ${CGROUPS}/systemd ${CGROUPS}/unified ${CGROUPS}; do
  if [ -f "$at/cgroup.procs" ]; then mkdir -p "$at/$1" && echo $$ > "$at/$1/cgroup.procs"; fi
done
mount -t overlay overlay -o "lowerdir=$2,upperdir=$3/upper,workdir=$3/work" "$3/root" || exit 1
exec systemd-nspawn --quiet --directory="$3/root" --register=no --keep-unit --boot --console=pipe`;

/** nspawn that is killed leaves the server's first process behind, and with it all others. $$ is nspawn. */
const END = (folder: string): string => `
for child in $(cat /proc/$$/task/$$/children); do
  if [ "$(cat /proc/$child/comm)" = systemd ]; then kill -9 "$child"; fi
done
kill -9 $$
rm -rf '${folder}'`;

/**
 * A plain Debian server with systemd as its first process, on this machine's network. What is done to it goes away
 * with `stop()`, or when this process dies.
 */
export class Server {
  private constructor(
    private readonly debian: string,
    private readonly folder: string,
    private machine: WatchedProcess,
  ) {}

  /** Resolves when it has started all that it starts. @throws Error with its last words. */
  static async boot(): Promise<Server> {
    const debian = await debianRoot();
    const folder = await mkdtemp(join(tmpdir(), 'ponte-server-'));
    for (const part of ['upper', 'work', 'root']) await mkdir(join(folder, part));
    const server = new Server(debian, folder, await powered(debian, folder));
    try {
      await server.booted();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Runs a line of shell there as root, whatever it ends with. */
  async try(line: string): Promise<Ran> {
    const leader = await this.leader();
    const environment = ['env', '-i', 'HOME=/root', `PATH=${PATH}`, 'LANG=C.UTF-8'];
    const inside = ['--all', '--wdns=/root', '--target', String(leader)];
    return ran('nsenter', [...inside, ...environment, 'sh', '-c', line]);
  }

  /** @returns what it printed. @throws Error with all of its words when it does not end with 0. */
  async run(line: string): Promise<string> {
    const { code, output } = await this.try(line);
    if (code !== 0) throw new Error(`${line} ended with ${code}:\n${output}`);
    return output;
  }

  /** Copies a file of this machine to a place there. */
  async put(file: string, to: string): Promise<void> {
    const leader = await this.leader();
    const { code, output } = await ran('cp', [file, `/proc/${leader}/root${to}`]);
    if (code !== 0) throw new Error(output);
  }

  /** As somebody who presses the button: it goes down in good order and comes up again, with what it has stored. */
  async reboot(): Promise<void> {
    await this.try('systemctl reboot');
    await this.machine.ended;
    this.machine = await powered(this.debian, this.folder);
    await this.booted();
  }

  async stop(): Promise<void> {
    if (this.machine.running) await this.try('systemctl poweroff').catch(() => null);
    await this.machine.end('SIGTERM', STOP_WITHIN_MS);
    for (const at of ['systemd', 'unified', '.']) {
      const group = join(CGROUPS, at, CGROUP);
      await ran('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private booted(): Promise<void> {
    return this.until('starts', async () => {
      const { output } = await this.try('systemctl is-system-running');
      return ['running', 'degraded'].includes(output.trim());
    });
  }

  /** Its first process, as this machine numbers it. */
  private async leader(): Promise<number> {
    const { pid } = this.machine;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return Number(children.trim().split(' ').at(-1) ?? '0');
  }

  private async until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + BOOT_WITHIN_MS;
    while (!(await isTrue().catch(() => false))) {
      if (!this.machine.running || Date.now() > deadline)
        throw new Error(`The server never ${what}:\n${await this.console()}`);
      await delay(POLL_MS);
    }
  }

  private async console(): Promise<string> {
    const files = await readdir(this.folder);
    return files.includes('console.log') ? readFile(join(this.folder, 'console.log'), 'utf8') : '';
  }
}

/** nspawn ends when the server reboots; it is ours to start it again, over what it has written. */
function powered(debian: string, folder: string): Promise<WatchedProcess> {
  return WatchedProcess.start({
    command: ['unshare', '--mount', 'sh', '-c', BOOT, 'sh', CGROUP, debian, folder],
    logFile: join(folder, 'console.log'),
    onOrphaned: END(folder),
  });
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
