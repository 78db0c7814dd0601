import type { KafkaErrorCode } from '@bridge/kafka';
import type { ProblemCode } from './problem-codes.js';

/**
 * The five-digit codes that callers of the Kafka REST Proxy know, with the status that each is answered with.
 * docs/errors.md explains each, and a test compares both ways.
 */
export const REST_PROXY_CODES = {
  40002: 400,
  40101: 401,
  40301: 403,
  40401: 404,
  40402: 404,
  40403: 404,
  42206: 422,
  42208: 422,
  50002: 500,
  50003: 503,
  50302: 503,
} as const satisfies Readonly<Record<number, number>>;

export type RestProxyCode = keyof typeof REST_PROXY_CODES;

/**
 * What the bridge's own codes are for these callers: a five-digit code, or a status of its own where their
 * contract has another than ours. A code that is missing keeps its status, and the status is its `error_code`.
 */
export const REST_PROXY_OF_PROBLEM: Readonly<
  Partial<Record<ProblemCode, RestProxyCode | 413 | 422>>
> = {
  unknown_parameter: 422,
  empty_batch: 422,
  invalid_key: 422,
  invalid_header: 422,
  too_many_headers: 422,
  invalid_timestamp: 422,
  invalid_message_id: 422,
  message_id_conflict: 422,
  invalid_entries: 42208,
  schema_unsupported: 42206,
  invalid_topic: 42206,
  unauthenticated: 40101,
  forbidden: 40301,
  topic_forbidden: 40301,
  topic_not_authorized: 40301,
  unknown_topic: 40401,
  invalid_partition: 40402,
  unknown_partition: 40402,
  topic_exists: 40002,
  topic_refused: 40002,
  message_too_large: 413,
  kafka_unavailable: 50302,
};

/** What became of one record that was stored and then refused for good. */
export const REST_PROXY_OF_KAFKA: Readonly<Record<KafkaErrorCode, RestProxyCode>> = {
  message_too_large: 50002,
  invalid_record: 50002,
  invalid_timestamp: 50002,
  invalid_topic: 50002,
  unknown_topic: 40401,
  topic_not_authorized: 40301,
  invalid_partition: 40402,
  topic_exists: 50002,
  topic_refused: 50002,
  kafka_not_authorized: 40301,
  kafka_authentication_failed: 50003,
  kafka_tls_failed: 50003,
  partition_unavailable: 50003,
  not_enough_replicas: 50003,
  kafka_timeout: 50003,
  kafka_unavailable: 50003,
  producer_fenced: 50003,
  incomplete_answer: 50003,
};
