import type { RequestFacts } from './request-facts.js';

/** A POST as HTTP brings it. */
export interface Submission extends RequestFacts {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** From `performance.now()`. */
  readonly startedAt: number;
  /** Called when the body is not needed any more. */
  readonly releaseBody: () => void;
}
