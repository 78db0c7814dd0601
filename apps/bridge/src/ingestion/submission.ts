import type { Caller } from '../access/index.js';
import type { Preference } from './preference.js';

/** A POST as HTTP brings it. */
export interface Submission {
  readonly body: Buffer;
  readonly caller: Caller;
  readonly contentType: string | undefined;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly idempotencyKey: string | null;
  readonly traceParent: string | null;
  readonly preference: Preference;
  /** From `performance.now()`. */
  readonly startedAt: number;
  /** Called when the body is not needed any more. */
  readonly releaseBody: () => void;
}
