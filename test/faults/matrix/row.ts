import type { Findings } from '../../support/oracle/check.js';
import type { Figures } from '../../support/oracle/figures.js';
import type { FaultyWorld } from './faulty-world.js';

/** How much of a row is done: `fast` in `npm test` (seconds), `full` in `npm run test:faults` (minutes). */
export type Scale = 'fast' | 'full';

/** What a row has done and found. One row may be several runs of the oracle. */
export interface RowReport {
  /** How often the fault was really there. */
  readonly injected: number;
  readonly findings: readonly Findings[];
  readonly figures: readonly Figures[];
  /** Seconds from the end of the fault to the next record that Kafka confirmed; of several, the longest. */
  readonly resumedAfter?: number;
  /** What else is to be told, in a few words. */
  readonly note?: string;
}

/** One row of the fault matrix. It throws when the fault could not be injected or something else than C1 to C12 is wrong. */
export interface FaultRow {
  /** The number in the matrix (docs/faults.md). */
  readonly number: number;
  readonly title: string;
  /** Whether `npm test` runs it too. */
  readonly fast: boolean;
  /** Longest time of the full row, in milliseconds. */
  readonly withinMs: number;
  run(world: FaultyWorld, scale: Scale): Promise<RowReport>;
}
