import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';

const CHUNK_BYTES = 1024 * 1024;
/** The ballast is made only while this many times its size is free, so that it never brings the disk low itself. */
const ROOM_FACTOR = 4;
/** A record takes its room twice: in the write-ahead log, and in the database when the log is moved there. */
const COPIES = 2.2;
/** While less than this many ballasts are spare, the disk is looked at ten times a second instead of once. */
const NEAR_FACTOR = 8;
const NEAR_LOOK_MS = 100;

/**
 * A file that only takes room. On a full disk SQLite can neither mark a record as sent nor delete one
 * (measured), so the outbox could never drain; giving the ballast back makes that room.
 */
export class Ballast {
  private inPlace = false;
  private looking: Promise<void> = Promise.resolve();
  private lookedAt = 0;
  private spareBytes = Number.POSITIVE_INFINITY;
  private measuring: Promise<void> | null = null;
  /** Bytes of the records that were let in since the last look began. */
  private reserved = 0;
  /** Of those that were let in between the two looks before: some may have waited for their commit at the last one. */
  private unseen = 0;

  /**
   * @param bytes its size; 0 means no ballast. The drain rewrites a batch of values before it frees their
   *   room, so a useful ballast holds some batches.
   * @param spare bytes of the disk that nobody has a claim on.
   */
  constructor(
    private readonly path: string,
    readonly bytes: number,
    private readonly spare: () => Promise<number>,
  ) {}

  /** Null when there is none by configuration. */
  get present(): boolean | null {
    return this.bytes === 0 ? null : this.inPlace;
  }

  /** Bytes of the disk that are kept for the drain, and for the ballast that will be made again. */
  get claim(): number {
    return this.inPlace ? 0 : this.bytes;
  }

  /**
   * Whether a record of so many bytes leaves the drain its room: the ballast, or what it has given back.
   * Counts the record from now on.
   */
  reserve(recordBytes: number): boolean {
    if (this.bytes === 0) return true;
    const left = this.spareBytes - this.unseen - this.reserved - COPIES * recordBytes;
    const near = left < NEAR_FACTOR * this.bytes;
    if (near && Date.now() - this.lookedAt > NEAR_LOOK_MS) {
      this.lookedAt = Date.now();
      // Only a look: the ballast is given back for what drains the outbox, not for the next record.
      this.measure().catch(() => {
        // The disk cannot be asked now; the last figure stands, and the sweeper reports it.
      });
    }
    if (left <= (this.inPlace ? 0 : this.bytes)) return false;
    this.reserved += COPIES * recordBytes;
    return true;
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
    const spare = await this.spare();
    if (spare < this.bytes) await this.release();
    else if (!this.inPlace && spare > ROOM_FACTOR * this.bytes) await this.make();
    await this.measure();
  }

  /** One at a time: two would both forget what was let in before them. */
  private measure(): Promise<void> {
    this.measuring ??= this.measureNow().finally(() => {
      this.measuring = null;
    });
    return this.measuring;
  }

  private async measureNow(): Promise<void> {
    const reservedBefore = this.reserved;
    this.spareBytes = await this.spare();
    this.reserved -= reservedBefore;
    this.unseen = reservedBefore;
    this.lookedAt = Date.now();
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
