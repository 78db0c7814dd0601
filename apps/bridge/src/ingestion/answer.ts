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

/** One record of the POST that is answered. */
export interface AnsweredRecord {
  readonly messageId: string;
  readonly outcome: Outcome;
  /** Whether an earlier POST, or an earlier record of the same list, has brought it. */
  readonly duplicate: boolean;
}

export interface OffsetEntry {
  /** Only in the answer to a list, where each record has its own. */
  readonly message_id?: string;
  /** Kafka's offset; `-1` is Kafka's own mark for "none yet". */
  readonly offset: string;
  /** `-1` while it is not chosen. */
  readonly partition: number;
  readonly error_code: string | null;
  readonly error: string | null;
  readonly duplicate?: true;
}

export interface AnswerBody {
  readonly success: true;
  /** Absent in the answer to a list. */
  readonly message_id?: string;
  /** One for each record, in their order. */
  readonly offsets: readonly OffsetEntry[];
  readonly acks: 'all';
  /** Whether Kafka has committed all of them on all in-sync replicas. */
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
  readonly records: readonly AnsweredRecord[];
  /** Whether the body was a list. */
  readonly many: boolean;
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

/** 200: Kafka has all of it. 201: it is durable here. 202: the same, and the caller asked not to wait. */
export function answerOf({ records, many, preference, durationMs }: AnswerFacts): Answer {
  const status = leastSettled(records);
  const confirmed = status === 'sent';
  const duplicate = records.every((record) => record.duplicate);
  const messageId = many ? undefined : records[0]?.messageId;
  return {
    status: confirmed ? 200 : preference.async ? 202 : 201,
    headers: {
      ...(confirmed || messageId === undefined
        ? {}
        : { location: `/messages/${encodeURIComponent(messageId)}` }),
      ...(duplicate ? { 'idempotent-replayed': 'true' } : {}),
      ...(preference.applied === null ? {} : { 'preference-applied': preference.applied }),
    },
    body: {
      success: true,
      ...(messageId === undefined ? {} : { message_id: messageId }),
      offsets: records.map((record) => (many ? listedEntryOf(record) : entryOf(record.outcome))),
      acks: 'all',
      confirmed,
      ...(confirmed ? {} : { status }),
      ...(duplicate ? { duplicate: true } : {}),
      duration_ms: Math.round(durationMs),
    },
  };
}

/** Of several records the one that is furthest from Kafka speaks for all. */
function leastSettled(records: readonly AnsweredRecord[]): Outcome['status'] {
  const found = new Set(records.map(({ outcome }) => outcome.status));
  if (found.has('pending')) return 'pending';
  return found.has('dlq') ? 'dlq' : 'sent';
}

function listedEntryOf({ messageId, outcome, duplicate }: AnsweredRecord): OffsetEntry {
  return {
    message_id: messageId,
    ...entryOf(outcome),
    ...(duplicate ? { duplicate: true } : {}),
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
