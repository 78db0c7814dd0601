import type { Outcome, TakenRecord } from './outcome.js';
import type { Preference } from './preference.js';

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
  readonly transaction_id?: string;
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
  readonly records: readonly TakenRecord[];
  /** Whether the body was a list. */
  readonly many: boolean;
  readonly transactionId: string | null;
  readonly preference: Preference;
  readonly durationMs: number;
}

/** 200: Kafka has all of it. 201: it is durable here. 202: the same, and the caller asked not to wait. */
export function answerOf(facts: AnswerFacts): Answer {
  const { records, many, transactionId, preference, durationMs } = facts;
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
      ...(transactionId === null ? {} : { transaction_id: transactionId }),
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
function leastSettled(records: readonly TakenRecord[]): Outcome['status'] {
  const found = new Set(records.map(({ outcome }) => outcome.status));
  if (found.has('pending')) return 'pending';
  return found.has('dlq') ? 'dlq' : 'sent';
}

function listedEntryOf({ messageId, outcome, duplicate }: TakenRecord): OffsetEntry {
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
