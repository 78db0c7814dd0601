/** Every batch that is not full may wait so long for more. */
const SHORT_MS = 5;
/**
 * Where a transaction takes long, the callers come back late and the second batch costs them more: an eighth of its
 * time, up to a limit (it may have been an outage). At 100 ms a batch held 14 of 16 callers and not 9 (measured).
 */
const SHORT_SHARE = 1 / 8;
const SHORT_MAX_MS = 50;

/** When so many of those who were answered have posted again, they count as back. */
const BACK_SHARE = 0.9;
/** Callers who take longer to come back than this part of a batch's own time are not worth a batch's wait. */
const WORTH_SHARE = 0.75;
/** A wait for all of them lasts so many times as long as they took the last time. */
const PATIENCE = 1.25;
const LONG_MAX_MS = 100;
/** After waits in vain, as many batches as 2 to this power go without one. */
const VAIN_MAX = 6;

/** A batch that Kafka has, whose callers are answered. Times are milliseconds of one clock. */
export interface Delivered {
  readonly departedAt: number;
  readonly at: number;
  readonly records: number;
  /** Records that wait in memory at this moment. */
  readonly ready: number;
}

/**
 * How long a batch waits for the records of those who were just answered. Callers who wait for their answer post again a
 * moment later. Without a wait the next batch is a small one of those who were quick, and the callers split into groups
 * that take turns, with as much of Kafka's and the disk's work for each group as for all of them.
 *
 * The short wait keeps a group together that is together. The long one brings groups together again that have split: it
 * is as long as callers have been seen to need, and only where that is less than the batch of the others takes, which
 * they would have to wait for. Where records come by themselves, as many as a batch has take as long as a batch to come,
 * so nothing waits for them. A single caller is never waited for. Pure but for what it remembers.
 */
export class Gathering {
  /** How many records the next batch can be expected to hold: as the last one, and what waited beside it. */
  private expected = 0;
  private lastMs = 0;
  private answeredAt = 0;
  /** So many ready records mean that the callers of the last batch are back. */
  private backAt = Number.POSITIVE_INFINITY;
  private returnMs = Number.POSITIVE_INFINITY;
  private isLong = false;
  private vain = 0;
  private without = 0;

  delivered({ departedAt, at, records, ready }: Delivered, maxRecords: number): void {
    this.expected = Math.min(maxRecords, records + ready);
    this.lastMs = at - departedAt;
    this.answeredAt = at;
    this.backAt = ready + Math.ceil(records * BACK_SHARE);
  }

  /** @param ready records in memory, after some have come in. */
  arrived(now: number, ready: number): void {
    if (ready < this.backAt) return;
    this.returnMs = now - this.answeredAt;
    this.backAt = Number.POSITIVE_INFINITY;
  }

  /** Whether what is ready is less than what is waited for. */
  isShort(ready: number): boolean {
    return ready < this.expected;
  }

  /** Until when the next batch waits, if it is short of records. */
  waitUntil(now: number): number {
    const short = Math.min(Math.max(this.lastMs * SHORT_SHARE, SHORT_MS), SHORT_MAX_MS);
    this.isLong = this.isWorthIt();
    if (!this.isLong) return now + short;
    const back = this.answeredAt + this.returnMs * PATIENCE;
    return Math.min(Math.max(back, now + short), now + LONG_MAX_MS);
  }

  /** The batch departs with so many of the records that were ready. */
  departs(records: number): void {
    if (this.isLong) {
      this.vain = records < this.expected * BACK_SHARE ? Math.min(this.vain + 1, VAIN_MAX) : 0;
      this.without = this.vain === 0 ? 0 : 2 ** this.vain;
    }
    this.expected = 0;
    this.isLong = false;
    this.backAt -= records;
  }

  private isWorthIt(): boolean {
    if (this.without > 0) {
      this.without--;
      return false;
    }
    return this.returnMs <= this.lastMs * WORTH_SHARE;
  }
}
