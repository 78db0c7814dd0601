import type { RecordState } from '@bridge/outbox';
import type { Settlement } from '../relay/index.js';
import type { Preference } from './preference.js';

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

export interface OffsetEntry {
  /** Kafka's offset; `-1` is Kafka's own mark for "none yet". */
  readonly offset: string;
  /** `-1` while it is not chosen. */
  readonly partition: number;
  readonly error_code: string | null;
  readonly error: string | null;
}

export interface AnswerBody {
  readonly success: true;
  readonly message_id: string;
  readonly offsets: readonly OffsetEntry[];
  readonly acks: 'all';
  /** Whether Kafka has committed it on all in-sync replicas. */
  readonly confirmed: boolean;
  readonly status?: 'pending' | 'dlq';
  readonly duplicate?: true;
  readonly duration_ms: number;
}

export interface Answer {
  readonly status: 200 | 201 | 202;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

export interface AnswerFacts {
  readonly messageId: string;
  readonly outcome: Outcome;
  readonly duplicate: boolean;
  readonly preference: Preference;
  readonly durationMs: number;
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

/** 200: Kafka has it. 201: it is durable here. 202: the same, and the caller asked not to wait. */
export function answerOf(facts: AnswerFacts): Answer {
  const { messageId, outcome, duplicate, preference, durationMs } = facts;
  const confirmed = outcome.status === 'sent';
  return {
    status: confirmed ? 200 : preference.async ? 202 : 201,
    headers: {
      ...(confirmed ? {} : { location: `/messages/${encodeURIComponent(messageId)}` }),
      ...(duplicate ? { 'idempotent-replayed': 'true' } : {}),
      ...(preference.applied === null ? {} : { 'preference-applied': preference.applied }),
    },
    body: {
      success: true,
      message_id: messageId,
      offsets: [entryOf(outcome)],
      acks: 'all',
      confirmed,
      ...(outcome.status === 'sent' ? {} : { status: outcome.status }),
      ...(duplicate ? { duplicate: true } : {}),
      duration_ms: Math.round(durationMs),
    },
  };
}

function entryOf(outcome: Outcome): OffsetEntry {
  return {
    offset: outcome.status === 'sent' ? outcome.offset : '-1',
    partition: outcome.partition ?? -1,
    error_code: outcome.status === 'dlq' ? outcome.code : null,
    error: outcome.status === 'dlq' ? outcome.error : null,
  };
}
