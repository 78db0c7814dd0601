/**
 * Who is refused decides what happens next:
 * - `record`: Kafka refuses this record wherever it is sent (too large, invalid); trying again cannot help.
 * - `topic`: the topic refuses everybody (unknown, not authorised); an operator can put it right.
 * - `partition`: one partition cannot be written now (no leader, too few in-sync replicas).
 * - `cluster`: coordinator, connection, time: nothing is said about any record.
 */
export type KafkaErrorScope = 'record' | 'topic' | 'partition' | 'cluster';

/** `not-written`: no read_committed consumer will ever see it. `unknown`: only the ledger can tell. */
export type KafkaOutcome = 'not-written' | 'unknown';

/** Stable codes; `docs/errors.md` explains each. */
export type KafkaErrorCode =
  | 'message_too_large'
  | 'invalid_record'
  | 'invalid_timestamp'
  | 'invalid_topic'
  | 'unknown_topic'
  | 'topic_not_authorized'
  | 'invalid_partition'
  | 'partition_unavailable'
  | 'not_enough_replicas'
  | 'kafka_timeout'
  | 'kafka_unavailable'
  | 'producer_fenced'
  | 'incomplete_answer'
  | 'topic_exists'
  | 'topic_refused'
  | 'kafka_not_authorized'
  | 'kafka_authentication_failed'
  | 'kafka_tls_failed';

export interface KafkaErrorFacts {
  readonly code: KafkaErrorCode;
  readonly scope: KafkaErrorScope;
  readonly retryable: boolean;
  readonly outcome: KafkaOutcome;
}

export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code: KafkaErrorCode;
  readonly scope: KafkaErrorScope;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly outcome: KafkaOutcome;

  constructor(facts: KafkaErrorFacts, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = facts.code;
    this.scope = facts.scope;
    this.retryable = facts.retryable;
    this.outcome = facts.outcome;
  }
}
