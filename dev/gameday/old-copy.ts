import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Setup } from './setup.js';

/** The database and its log; what else lies beside them is made anew by the bridge. */
const KEPT = new Set(['outbox.db', 'outbox.db-wal']);
const DATABASE = new Set([...KEPT, 'outbox.db-shm', 'outbox.db.log']);

/** A copy of the outbox's files, as a snapshot of the machine has them. */
export class OldCopy {
  private accepted = 0;

  /** How many records the ERP had handed over by then. */
  get records(): number {
    return this.accepted;
  }

  /** The bridge must not run. */
  async take({ home, aside, erp }: Setup): Promise<void> {
    const from = join(home, 'data');
    const to = join(aside, 'copy');
    await mkdir(to, { recursive: true });
    const files = (await readdir(from)).filter((name) => KEPT.has(name));
    for (const name of files) await copyFile(join(from, name), join(to, name));
    this.accepted = erp.accepted.length;
  }

  /** Moves the outbox aside and puts the copy in its place. The bridge must not run. */
  async putBack({ home, aside }: Setup): Promise<void> {
    const data = join(home, 'data');
    const newer = join(home, 'newer');
    await mkdir(newer);
    const files = (await readdir(data)).filter((name) => DATABASE.has(name));
    for (const name of files) await rename(join(data, name), join(newer, name));
    const copy = join(aside, 'copy');
    for (const name of await readdir(copy)) await copyFile(join(copy, name), join(data, name));
  }
}
