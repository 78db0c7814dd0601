import { execFile } from 'node:child_process';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of its own, small and in memory, mounted over a folder. Needs root. */
export class Tmpfs {
  private readonly others: string;
  private files = 0;

  private constructor(readonly folder: string) {
    this.others = join(folder, 'others');
  }

  /** What the folder holds is hidden until `unmount`. @throws Error where nothing may be mounted. */
  static async mount(folder: string, mebibytes: number): Promise<Tmpfs> {
    await mkdir(folder, { recursive: true });
    const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'ponte-test', folder];
    await run('mount', options).catch((cause: unknown) => {
      throw new Error('A small disk cannot be mounted: this needs root.', { cause });
    });
    return new Tmpfs(folder);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  /** A stranger takes every byte that is left at this moment. What becomes free afterwards stays free. */
  async fill(): Promise<void> {
    for (let done = false; !done;) {
      const free = await this.freeBytes();
      if (free === 0) return;
      const file = `${this.others}-${this.files++}`;
      // All at once: written one after the other, the bytes would also take what others give back meanwhile.
      done = await run('fallocate', ['--length', String(free), file]).then(
        () => true,
        () => rm(file, { force: true }).then(() => false),
      );
    }
  }

  /** The stranger's files go away. */
  async clear(): Promise<void> {
    while (this.files > 0) await rm(`${this.others}-${--this.files}`, { force: true });
  }

  /** What was written here is gone, and what the folder held before is there again. */
  async unmount(): Promise<void> {
    await run('umount', [this.folder]);
  }
}
