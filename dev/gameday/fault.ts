import type { Setup } from './setup.js';

/** Something that is done outside the bridge and has no command: somebody's hands. */
export interface Act {
  /** Its words, which must stand in the runbook's "What to do". */
  readonly words: string;
  perform(setup: Setup): Promise<void>;
}

/** One fault of a game day. */
export interface Fault {
  /** For the table. */
  readonly name: string;
  readonly alert: string;
  /** Seconds that the bridge may need until its figures show it, as the runbook has it. */
  readonly sees: number;
  /** What the commands of "What to look at" must show: the cause. */
  readonly shows: RegExp;
  /** What has to be done before the runbook's commands, and what behind them. */
  readonly before?: Act;
  readonly behind?: Act;
  /** What the cure must have come to beside the alert's end: why it has not, or null. */
  readonly cured?: (setup: Setup) => Promise<string | null>;
  /** Resolves when the fault is there. */
  inject(setup: Setup): Promise<void>;
}
