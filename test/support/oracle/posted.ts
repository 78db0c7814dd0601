import { createHash } from 'node:crypto';

/** A record as a client is about to post it. */
export interface Posting {
  readonly client: number;
  /** Counts up in each client. */
  readonly number: number;
  /**
   * Whether the client waits for each answer and owns its keys, so that its records of one key have an order.
   * Racing clients share their keys: of their records only the partition is known.
   */
  readonly ordered: boolean;
  readonly topic: string;
  readonly messageId: string;
  readonly key: string | null;
  /** The record's headers in the order in which they are posted; the bridge's own come before them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** SHA-256 of the value's bytes, in hex. */
  readonly sha256: string;
}

/** What came back of one request. */
export interface Try {
  /** Null: no answer. */
  readonly status: number | null;
  /** The code of a refusal. */
  readonly code: string | null;
  readonly confirmed: boolean;
  /** Where the answer says that the record is; null where it does not say so. */
  readonly partition: number | null;
  readonly offset: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * `accepted`: some answer promised it. `rejected`: a definite refusal, and no try before it can have been stored.
 * `unknown`: it may be stored or not.
 */
export type Outcome = 'accepted' | 'rejected' | 'unknown';

/** What one client has posted and been answered; the oracle compares it with what consumers read. */
export interface Posted extends Posting, Omit<Try, 'at'> {
  readonly outcome: Outcome;
  readonly tries: number;
  /** Epoch milliseconds: before the first request, and at the last answer (or its absence). */
  readonly startedAt: number;
  readonly endedAt: number;
}

const NO_ANSWER = { status: null, code: null, confirmed: false, partition: null, offset: null };
/** Refusals that ask to try again: with them, as with a 5xx, the client does not know where it stands. */
const AGAIN: readonly number[] = [408, 425, 429];

export function noAnswer(at: number): Try {
  return { ...NO_ANSWER, at };
}

export function outcomeOf({ status }: Pick<Try, 'status'>): Outcome {
  if (status === null || status >= 500 || AGAIN.includes(status)) return 'unknown';
  return status < 300 ? 'accepted' : 'rejected';
}

/** Puts the tries of one record together. */
export function postedOf(posting: Posting, startedAt: number, tries: readonly Try[]): Posted {
  const last = tries.findLast((one) => outcomeOf(one) === 'accepted') ?? tries.at(-1);
  const { at: endedAt, ...answer } = last ?? noAnswer(startedAt);
  const inDoubt = tries.some((one) => outcomeOf(one) === 'unknown');
  const outcome = outcomeOf(answer);
  return {
    ...posting,
    ...answer,
    outcome: outcome === 'rejected' && inDoubt ? 'unknown' : outcome,
    tries: tries.length,
    startedAt,
    endedAt,
  };
}

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
