import type { RecordState } from '@bridge/outbox';
import type { Settlement } from '../relay/index.js';

/** What is known of a stored record when its POST is answered. */
export type Outcome =
  | { readonly status: 'sent'; readonly partition: number; readonly offset: string }
  | { readonly status: 'pending'; readonly partition: number | null }
  | {
      readonly status: 'dlq';
      readonly partition: number | null;
      readonly code: string;
      readonly error: string;
    };

/** A record that is durable, and what has become of it until the answer. */
export interface TakenRecord {
  readonly messageId: string;
  readonly outcome: Outcome;
  /** Whether an earlier request, or an earlier record of the same list, has brought it. */
  readonly duplicate: boolean;
  /** When it was accepted, in epoch milliseconds: its time in Kafka, unless the caller gave one. */
  readonly acceptedAt: number;
}

/** What became of the record while the POST waited; `null`: nothing yet. */
export function outcomeOf(settlement: Settlement | null, partition: number | null): Outcome {
  if (settlement === null) return { status: 'pending', partition };
  return settlement.status === 'sent' ? settlement : { ...settlement, partition };
}

/** The record as the outbox knows it. */
export function outcomeOfState(state: RecordState): Outcome {
  const { status, partition, offset, lastErrorCode, lastError } = state;
  if (status === 'sent') {
    return { status, partition: partition ?? -1, offset: offset ?? '-1' };
  }
  if (status === 'dlq') {
    return { status, partition, code: lastErrorCode ?? 'unknown', error: lastError ?? '' };
  }
  return { status: 'pending', partition };
}
