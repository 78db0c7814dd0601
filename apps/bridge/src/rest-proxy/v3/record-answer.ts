import type { KafkaErrorCode } from '@bridge/kafka';
import type { TakenRecord } from '../../ingestion/index.js';
import { REST_PROXY_OF_KAFKA, type RestProxyError } from '../../problem/index.js';
import type { DataFacts, V3Record } from './record-request.js';

/** Where a record was to go. */
export interface Target {
  readonly clusterId: string;
  readonly topic: string;
}

/** Kafka has committed it. */
export interface CommittedAnswer {
  readonly error_code: 200;
  readonly cluster_id: string;
  readonly topic_name: string;
  readonly partition_id: number;
  readonly offset: number;
  readonly timestamp: string;
  readonly key?: DataFacts;
  readonly value?: DataFacts;
}

/** It is durable here, and Kafka has not confirmed it in time. */
export interface PendingAnswer {
  readonly error_code: 202;
  readonly cluster_id: string;
  readonly topic_name: string;
  readonly message_id: string;
  readonly status: 'pending';
}

export type RecordAnswer = CommittedAnswer | PendingAnswer | RestProxyError;

export function isFailure(answer: RecordAnswer): answer is RestProxyError {
  return answer.error_code !== 200 && answer.error_code !== 202;
}

export function recordAnswer(target: Target, record: V3Record, taken: TakenRecord): RecordAnswer {
  const { outcome, messageId, acceptedAt } = taken;
  const place = { cluster_id: target.clusterId, topic_name: target.topic };
  if (outcome.status === 'pending') {
    return { error_code: 202, ...place, message_id: messageId, status: 'pending' };
  }
  if (outcome.status === 'dlq') {
    const { code, error } = outcome;
    return { error_code: errorCodeOf(code), message: error };
  }
  return {
    error_code: 200,
    ...place,
    partition_id: outcome.partition,
    offset: Number(outcome.offset),
    timestamp: new Date(record.envelope.timestamp ?? acceptedAt).toISOString(),
    ...(record.key === null ? {} : { key: record.key }),
    ...(record.value === null ? {} : { value: record.value }),
  };
}

/** As in the second version, but for a record that is too large. */
function errorCodeOf(code: string): number {
  if (code === 'message_too_large') return 413;
  return REST_PROXY_OF_KAFKA[code as KafkaErrorCode] ?? 50_002;
}
