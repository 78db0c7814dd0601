/** Seconds that a fault may take beside what the rule says: a busy machine, and the bridge's own look at itself. */
export const SLACK_SECONDS = 10;
/** What the bridge may need to get over it, once the cure is done: a backlog, Kafka's leaders, a recovery. */
export const RECOVERY_SECONDS = 60;

export interface RuleTimes {
  /** How long the expression must hold: `for`. All in seconds. */
  readonly holds: number;
  /** How far its expression looks back. */
  readonly window: number;
  readonly scrape: number;
  readonly evaluation: number;
}

/** What was seen of one fault. Times in seconds; null: it did not happen within its time. */
export interface Seen {
  readonly firedAfter: number | null;
  readonly clearedAfter: number | null;
  /** Why the runbook did not cure it, in words; null when every step of it could be done. */
  readonly cureFault: string | null;
  /** What "What to look at" did not show; null when it showed the cause. */
  readonly lookFault: string | null;
  /** Other alerts that fired meanwhile. */
  readonly others: readonly string[];
}

export interface Verdict {
  readonly well: boolean;
  /** What is wrong, or which alerts came along. */
  readonly words: string;
}

/**
 * The alert's time: the latest moment at which it must have fired.
 * @param sees seconds that the bridge may take until its figures show the fault, as the runbook has it.
 */
export function firesWithin({ holds, scrape, evaluation }: RuleTimes, sees: number): number {
  return holds + sees + scrape + evaluation + SLACK_SECONDS;
}

/** The latest moment after the cure at which it must have cleared: what the rule looks back over has to pass first. */
export function clearsWithin({ window, scrape, evaluation }: RuleTimes): number {
  return window + scrape + evaluation + RECOVERY_SECONDS;
}

/** Judges one fault. @param expected other alerts that the runbook names, or that are still to clear. */
export function judge(seen: Seen, expected: readonly string[]): Verdict {
  const along = seen.others.filter((name) => expected.includes(name));
  const unexpected = seen.others.filter((name) => !expected.includes(name));
  const wrong = [
    seen.firedAfter === null ? 'it did not fire within its time' : null,
    seen.lookFault,
    seen.cureFault,
    seen.firedAfter !== null && seen.clearedAfter === null ? 'it did not clear' : null,
    unexpected.length > 0 ? `fired unexpectedly: ${unexpected.join(', ')}` : null,
  ].filter((fault) => fault !== null);
  if (wrong.length > 0) return { well: false, words: `**FAILED**: ${wrong.join('; ')}` };
  return { well: true, words: along.length > 0 ? `well; also: ${along.join(', ')}` : 'well' };
}
