import { parseArgs } from 'node:util';

export interface GameDayOptions {
  /** What the rules' durations are divided by; 1 is the real thing. */
  readonly pace: number;
  /** Whether the table goes into docs/gameday.md. */
  readonly write: boolean;
}

export const USAGE = 'npm run gameday [-- [--pace N] [--write]]';

/** @throws Error with what would be right. A rehearsal is not written down. */
export function readOptions(args: readonly string[]): GameDayOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { pace: { type: 'string', default: '1' }, write: { type: 'boolean', default: false } },
  });
  const { write } = values;
  const pace = Number(values.pace);
  // The alert with the longest wait looks back two hours: faster than this it would see the faults before.
  if (!Number.isInteger(pace) || pace < 1 || pace > 20)
    throw new Error(`--pace is a whole number from 1 to 20: ${USAGE}`);
  if (write && pace > 1) throw new Error(`Only a run with --pace 1 is written down: ${USAGE}`);
  return { pace, write };
}
