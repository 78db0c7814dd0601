import { KafkaError, type KafkaErrorFacts } from './kafka.error.js';

/*
 * What each of Kafka's numeric error codes means for delivery. By number, because kafkajs 2.2.4 has no names
 * above 88 (there `TRANSACTION_ABORTABLE` is an "unknown error"). What is missing here is the cluster's matter.
 */
const record = (code: KafkaErrorFacts['code']): KafkaErrorFacts => ({
  code,
  scope: 'record',
  retryable: false,
  outcome: 'not-written',
});
const topic = (code: KafkaErrorFacts['code']): KafkaErrorFacts => ({
  code,
  scope: 'topic',
  retryable: true,
  outcome: 'not-written',
});
const partition = (code: KafkaErrorFacts['code'], outcome: KafkaErrorFacts['outcome']) =>
  ({ code, scope: 'partition', retryable: true, outcome }) as const;
const cluster = (code: KafkaErrorFacts['code'], outcome: KafkaErrorFacts['outcome']) =>
  ({ code, scope: 'cluster', retryable: true, outcome }) as const;

const BY_NUMBER = new Map<number, KafkaErrorFacts>([
  [2, record('invalid_record')],
  [3, topic('unknown_topic')],
  [5, partition('partition_unavailable', 'not-written')],
  [6, partition('partition_unavailable', 'not-written')],
  [7, partition('kafka_timeout', 'unknown')],
  [9, partition('partition_unavailable', 'not-written')],
  [10, record('message_too_large')],
  [17, topic('invalid_topic')],
  [18, record('message_too_large')],
  [19, partition('not_enough_replicas', 'not-written')],
  // Written on the leader but not on enough replicas: only an aborted transaction makes it unseen.
  [20, partition('not_enough_replicas', 'unknown')],
  [29, topic('topic_not_authorized')],
  [30, cluster('kafka_not_authorized', 'not-written')],
  [31, cluster('kafka_not_authorized', 'not-written')],
  [32, record('invalid_timestamp')],
  [47, cluster('producer_fenced', 'unknown')],
  [53, cluster('kafka_not_authorized', 'not-written')],
  [56, partition('partition_unavailable', 'unknown')],
  [58, cluster('kafka_not_authorized', 'not-written')],
  [87, record('invalid_record')],
  [90, cluster('producer_fenced', 'unknown')],
]);

/** The client's own words for "the metadata that I asked for does not hold this topic". */
const NO_METADATA: ReadonlySet<unknown> = new Set([
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
]);

const UNAVAILABLE = cluster('kafka_unavailable', 'unknown');

interface ClientError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

/** Finds Kafka's own answer inside the client's wrappers ("number of retries exceeded" and the like). */
function protocolNumber(error: unknown, depth = 0): number | null {
  if (typeof error !== 'object' || error === null || depth > 4) return null;
  const { name, code, cause, originalError } = error as ClientError;
  const isProtocol = typeof name === 'string' && name.includes('Protocol');
  if (isProtocol && typeof code === 'number') return code;
  return protocolNumber(cause, depth + 1) ?? protocolNumber(originalError, depth + 1);
}

function lacksMetadata(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false;
  const { name, cause } = error as ClientError;
  return NO_METADATA.has(name) || lacksMetadata(cause, depth + 1);
}

/** Kafka's numeric error code behind anything the client threw, or null. */
export function kafkaErrorNumber(error: unknown): number | null {
  return protocolNumber(error);
}

/** Anything the client threw, as an error that says what can be done. */
export function toKafkaError(error: unknown, what: string): KafkaError {
  if (error instanceof KafkaError) return error;
  const number = protocolNumber(error);
  const known = number === null ? undefined : BY_NUMBER.get(number);
  const facts = known ?? (lacksMetadata(error) ? topic('unknown_topic') : UNAVAILABLE);
  const message = error instanceof Error ? error.message : String(error);
  return new KafkaError(facts, `${what}: ${message}`.slice(0, 400), error);
}
