import type { Findings } from './check.js';
import type { Evidence } from './evidence.js';
import type { Posted } from './posted.js';

/** What a run comes to, for tables and trends. */
export interface Figures {
  readonly accepted: number;
  /** Records that a read_committed consumer finds in the topics. */
  readonly delivered: number;
  readonly deadLetters: number;
  readonly rejected: number;
  /** Without a good answer to the end. */
  readonly unknown: number;
  /** Accepted after more than one try. */
  readonly repeated: number;
  readonly lost: number;
  readonly twice: number;
  readonly outOfOrder: number;
  /** The longest time without an accepted record while load was offered. */
  readonly secondsWithoutProgress: number;
  /** The same of answers that named the place in Kafka; only of use where the clients wait for it. */
  readonly secondsWithoutDelivery: number;
  /** Copies that only a read_uncommitted consumer sees. */
  readonly uncommittedCopies: number;
}

export function figuresOf(
  { posted, records, deadLetters }: Evidence,
  findings: Findings,
  uncommitted: number,
): Figures {
  const accepted = posted.filter(({ outcome }) => outcome === 'accepted');
  const number = (outcome: Posted['outcome']): number =>
    posted.filter((one) => one.outcome === outcome).length;
  return {
    accepted: accepted.length,
    delivered: records.length,
    deadLetters: deadLetters.length,
    rejected: number('rejected'),
    unknown: number('unknown'),
    repeated: accepted.filter(({ tries }) => tries > 1).length,
    lost: findings.lost.length,
    twice: findings.twice.length + findings.unknownTwice.length,
    outOfOrder: findings.outOfOrder.length,
    secondsWithoutProgress: longestGap(posted, accepted),
    secondsWithoutDelivery: longestGap(
      posted,
      accepted.filter(({ confirmed }) => confirmed),
    ),
    uncommittedCopies: uncommitted - records.length,
  };
}

/** Seconds, to the tenth: between two of `answered`, or from and to the ends of the load. */
export function longestGap(posted: readonly Posted[], answered: readonly Posted[]): number {
  if (posted.length === 0) return 0;
  const start = posted.reduce((least, { startedAt }) => Math.min(least, startedAt), Infinity);
  const end = posted.reduce((most, { endedAt }) => Math.max(most, endedAt), 0);
  const times = [start, ...answered.map(({ endedAt }) => endedAt).toSorted((a, b) => a - b), end];
  const longest = times.reduce(
    (most, time, index) => Math.max(most, time - (times[index - 1] ?? time)),
    0,
  );
  return Math.round(longest / 100) / 10;
}
