import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { spaceOf } from './file-system.js';

const CHUNK_BYTES = 1024 * 1024;
/** The ballast is made only while this many times its size is free, so that it never brings the disk low itself. */
const ROOM_FACTOR = 4;

/**
 * A file that only takes room. On a full disk SQLite can neither mark a record as sent nor delete one
 * (measured), so the outbox could never drain; giving the ballast back makes that room.
 */
export class Ballast {
  private inPlace = false;
  private looking: Promise<void> = Promise.resolve();
  private low = false;

  /** @param bytes its size; 0 means no ballast. */
  constructor(
    private readonly path: string,
    private readonly bytes: number,
  ) {}

  /** Null when there is none by configuration. */
  get present(): boolean | null {
    return this.bytes === 0 ? null : this.inPlace;
  }

  /** False while what is left of the disk is kept for the drain. */
  get hasRoom(): boolean {
    return !this.low;
  }

  /** Looks at the disk, then gives the room back or takes it again. Rejects only when the disk cannot be asked. */
  tend(): Promise<void> {
    if (this.bytes === 0) return Promise.resolve();
    // One look after the other: the sweeper and a writer on a full disk may both ask.
    const look = this.looking.then(() => this.look());
    this.looking = look.catch(() => undefined);
    return look;
  }

  private async look(): Promise<void> {
    this.inPlace = await this.isWhole();
    const { freeBytes } = await spaceOf(dirname(this.path));
    if (freeBytes < this.bytes) await this.release();
    else if (!this.inPlace && freeBytes > ROOM_FACTOR * this.bytes) await this.make();
    const after = await spaceOf(dirname(this.path));
    this.low = !this.inPlace && after.freeBytes < this.bytes;
  }

  private async isWhole(): Promise<boolean> {
    try {
      return (await stat(this.path)).size === this.bytes;
    } catch {
      return false;
    }
  }

  private async release(): Promise<void> {
    await rm(this.path, { force: true });
    this.inPlace = false;
  }

  /** Random bytes, written out: a sparse or compressed file would keep no room. */
  private async make(): Promise<void> {
    try {
      const file = await open(this.path, 'w', 0o600);
      try {
        const chunk = randomBytes(Math.min(CHUNK_BYTES, this.bytes));
        for (let left = this.bytes; left > 0; left -= chunk.length) {
          await file.writeFile(chunk.subarray(0, Math.min(left, chunk.length)));
        }
        await file.sync();
      } finally {
        await file.close();
      }
      this.inPlace = true;
    } catch {
      // Somebody else took the room meanwhile; half a ballast helps nobody.
      await this.release();
    }
  }
}
