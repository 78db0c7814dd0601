import { KafkaError, type KafkaErrorFacts } from './kafka.error.js';
import { tlsTrouble } from './tls-trouble.js';

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
  [33, cluster('kafka_authentication_failed', 'unknown')],
  [47, cluster('producer_fenced', 'unknown')],
  [53, cluster('kafka_not_authorized', 'not-written')],
  [56, partition('partition_unavailable', 'unknown')],
  [58, cluster('kafka_authentication_failed', 'unknown')],
  [87, record('invalid_record')],
  [90, cluster('producer_fenced', 'unknown')],
]);

/** The client's own words for "the metadata that I asked for does not hold this topic". */
const NO_METADATA: ReadonlySet<unknown> = new Set([
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
]);

const UNAVAILABLE = cluster('kafka_unavailable', 'unknown');
const NOT_AUTHENTICATED = cluster('kafka_authentication_failed', 'unknown');
const NO_TLS = cluster('kafka_tls_failed', 'unknown');

interface ClientError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

/** Finds something inside the client's wrappers ("number of retries exceeded" and the like). */
function within<T>(error: unknown, find: (one: ClientError) => T | null, depth = 0): T | null {
  if (typeof error !== 'object' || error === null || depth > 4) return null;
  const { cause, originalError } = error as ClientError;
  return find(error) ?? within(cause, find, depth + 1) ?? within(originalError, find, depth + 1);
}

function protocolNumber(error: unknown): number | null {
  return within(error, ({ name, code }) => {
    const isProtocol = typeof name === 'string' && name.includes('Protocol');
    return isProtocol && typeof code === 'number' ? code : null;
  });
}

function lacksMetadata(error: unknown): boolean {
  return within(error, ({ name }) => NO_METADATA.has(name) || null) !== null;
}

function failedToAuthenticate(error: unknown): boolean {
  return within(error, ({ name }) => name === 'KafkaJSSASLAuthenticationError' || null) !== null;
}

/** Kafka's numeric error code behind anything the client threw, or null. */
export function kafkaErrorNumber(error: unknown): number | null {
  return protocolNumber(error);
}

/** Anything the client threw, as an error that says what can be done. */
export function toKafkaError(error: unknown, what: string): KafkaError {
  const ours = within(error, (one) => (one instanceof KafkaError ? one : null));
  if (ours !== null) return ours;
  const tls = within(error, ({ code }) => tlsTrouble(code));
  const said = error instanceof Error ? error.message : String(error);
  return new KafkaError(
    tls === null ? factsOf(error) : NO_TLS,
    `${what}: ${tls ?? said}`.slice(0, 400),
    error,
  );
}

/** The same of an error about the ledger: of its topic, too, it means the whole pipeline and not a record. */
export function toLedgerError(error: unknown, what: string): KafkaError {
  const known = toKafkaError(error, what);
  if (known.code !== 'topic_not_authorized') return known;
  return new KafkaError(cluster('kafka_not_authorized', 'not-written'), known.message, error);
}

function factsOf(error: unknown): KafkaErrorFacts {
  const number = protocolNumber(error);
  const known = number === null ? undefined : BY_NUMBER.get(number);
  if (known !== undefined) return known;
  if (failedToAuthenticate(error)) return NOT_AUTHENTICATED;
  return lacksMetadata(error) ? topic('unknown_topic') : UNAVAILABLE;
}
