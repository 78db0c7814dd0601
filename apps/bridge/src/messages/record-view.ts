import { NO_TENANT, type Attempt, type RecordState } from '@bridge/outbox';
import { mask } from '../privacy/index.js';

/** A record as it is shown: where it stands and why, never its value, nothing personal. Times are ISO 8601 in UTC. */
export interface RecordView {
  readonly message_id: string;
  /** Null where there are no tenants. */
  readonly tenant: string | null;
  readonly topic: string;
  readonly key: string | null;
  readonly status: string;
  readonly retry_count: number;
  readonly last_error: string | null;
  readonly last_error_code: string | null;
  readonly created_at: string;
  readonly sent_at: string | null;
  readonly partition: number | null;
  readonly offset: string | null;
  readonly delivery: string;
  readonly replays: number;
  /** True when retention has removed the record and only its id and place are left. */
  readonly purged: boolean;
}

export interface AttemptView {
  readonly number: number;
  readonly at: string;
  readonly code: string;
  readonly error: string;
}

/** @param isRevealed whether the caller may see what is personal in its key. */
export function recordView(state: RecordState, isRevealed = false): RecordView {
  const key = state.key === null ? null : state.key.toString('utf8');
  return {
    message_id: state.messageId,
    tenant: state.tenant === NO_TENANT ? null : state.tenant,
    topic: state.topic,
    key: key === null || isRevealed ? key : mask(key),
    status: state.status,
    retry_count: state.retryCount,
    last_error: state.lastError === null ? null : mask(state.lastError),
    last_error_code: state.lastErrorCode,
    created_at: time(state.createdAt),
    sent_at: state.sentAt === null ? null : time(state.sentAt),
    partition: state.partition,
    offset: state.offset,
    delivery: state.delivery,
    replays: state.replays,
    purged: state.purged,
  };
}

export function attemptView({ number, at, code, error }: Attempt): AttemptView {
  return { number, at: time(at), code, error: mask(error) };
}

export function time(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
