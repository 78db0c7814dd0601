import type { Identities } from '../access/index.js';
import { LEDGER_TOPIC } from './bridge.config.js';
import type { ConfigurationFault } from './configuration.error.js';
import { hostOf, isLoopback } from './loopback.js';
import type { TopicOverrides } from './topic-rules.js';
import { parseDuration, parseSize } from './units.js';
import type { Variables } from './variables.js';

type Rule = readonly [variable: keyof Variables, broken: boolean, reason: string];

/**
 * What is right by itself but not together.
 * @param faulty variables that are wrong already: nothing more is said about them.
 */
export function contradictions(
  v: Variables,
  overrides: TopicOverrides,
  identities: Identities,
  faulty: ReadonlySet<string>,
): readonly ConfigurationFault[] {
  return [
    ...exposure(v, identities),
    ...kafka(v),
    ...delivery(v, overrides),
    ...storage(v),
    ...times(v),
  ]
    .filter(([variable, broken]) => broken && !faulty.has(variable))
    .map(([variable, , reason]) => ({ variable, reason }));
}

function exposure(v: Variables, { entries }: Identities): readonly Rule[] {
  const isOpen = entries.length === 0 && v.ALLOW_ANONYMOUS !== 'true';
  return [
    [
      'HOST',
      !isLoopback(v.HOST) && isOpen,
      'must be a loopback address such as 127.0.0.1: whoever reaches the port may post. Make keys (npm run keys), or set ALLOW_ANONYMOUS=true',
    ],
  ];
}

function kafka(v: Variables): readonly Rule[] {
  const remote = v.KAFKA_BROKERS.split(',').some((broker) => !isLoopback(hostOf(broker.trim())));
  const tls = v.KAFKA_SSL === 'true';
  const noTls = 'is of no use without KAFKA_SSL=true';
  const pair = 'KAFKA_SSL_CERT and KAFKA_SSL_KEY must be set together';
  const sasl = v.KAFKA_SASL_MECHANISM !== '';
  return [
    ['KAFKA_SSL_CA', v.KAFKA_SSL_CA !== '' && !tls, noTls],
    ['KAFKA_SSL_CERT', v.KAFKA_SSL_CERT !== '' && !tls, noTls],
    ['KAFKA_SSL_KEY', v.KAFKA_SSL_KEY !== '' && !tls, noTls],
    ['KAFKA_SSL_CERT', (v.KAFKA_SSL_CERT === '') !== (v.KAFKA_SSL_KEY === ''), pair],
    [
      'KAFKA_SASL_MECHANISM',
      v.KAFKA_SASL_MECHANISM === 'plain' && remote && !tls,
      'plain sends the password in clear text: set KAFKA_SSL=true, or use scram-sha-512',
    ],
    [
      'KAFKA_SASL_MECHANISM',
      !sasl && (v.KAFKA_SASL_USERNAME !== '' || v.KAFKA_SASL_PASSWORD !== ''),
      'must be set where a user name or a password is',
    ],
    ['KAFKA_SASL_USERNAME', sasl && v.KAFKA_SASL_USERNAME === '', 'must be set for SASL'],
    ['KAFKA_SASL_PASSWORD', sasl && v.KAFKA_SASL_PASSWORD === '', 'must be set for SASL'],
  ];
}

/** To mark a batch as sent, SQLite writes its values once more, in the log and in the database. */
const BALLAST_BATCHES = 4;

function storage(v: Variables): readonly Rule[] {
  const ballast = parseSize(v.OUTBOX_BALLAST) ?? 0;
  const batch = parseSize(v.BATCH_MAX_BYTES) ?? 0;
  return [
    [
      'OUTBOX_BALLAST',
      ballast > 0 && ballast < BALLAST_BATCHES * batch,
      'must be at least 4 times BATCH_MAX_BYTES, or the outbox could not drain on a full disk. 0 switches it off',
    ],
  ];
}

function delivery(v: Variables, overrides: TopicOverrides): readonly Rule[] {
  const exactlyOnce =
    v.DELIVERY !== 'at-least-once' || [...overrides.delivery.values()].includes('exactly-once');
  return [
    [
      'ENABLE_OUTBOX',
      v.ENABLE_OUTBOX === 'false' && exactlyOnce,
      'must be true for exactly-once: without the outbox nothing is known of a record whose answer was lost. DELIVERY=at-least-once permits false',
    ],
    [
      'PIPELINES',
      v.PIPELINES !== '1' && v.OUTBOX_URL.startsWith('postgres'),
      'must be 1 with PostgreSQL: there another bridge on the same outbox adds a pipeline',
    ],
    ['DLQ_TOPIC', v.DLQ_TOPIC.startsWith('__'), "must not be one of Kafka's own topics"],
    ['DLQ_TOPIC', v.DLQ_TOPIC === LEDGER_TOPIC, 'must not be the ledger topic'],
  ];
}

function times(v: Variables): readonly Rule[] {
  const below = (a: string, b: string): boolean =>
    (parseDuration(a) ?? 0) < (parseDuration(b) ?? 0);
  return [
    [
      'RETRY_MAX_MS',
      Number(v.RETRY_MAX_MS) < Number(v.RETRY_INITIAL_MS),
      'must not be below RETRY_INITIAL_MS',
    ],
    [
      'RETENTION_IDS',
      below(v.RETENTION_IDS, v.RETENTION_SENT),
      'must not be below RETENTION_SENT: an id is known at least as long as its record',
    ],
  ];
}
