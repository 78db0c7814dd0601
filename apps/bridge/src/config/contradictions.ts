import type { Identities } from '../access/index.js';
import { LEDGER_TOPIC } from './bridge.config.js';
import type { Contradiction } from './contradiction.js';
import type { ConfigurationFault } from './configuration.error.js';
import { kafkaContradictions } from './kafka-contradictions.js';
import { isLoopback } from './loopback.js';
import { verifiesServer } from './postgres-url.js';
import type { TopicOverrides } from './topic-rules.js';
import { parseTopicRetention } from './topic-retention.js';
import { parseDuration, parseSize } from './units.js';
import type { Variables } from './variables.js';

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
    ...ownTls(v),
    ...oidc(v),
    ...kafkaContradictions(v),
    ...delivery(v, overrides),
    ...storage(v),
    ...times(v),
    ...traces(v),
  ]
    .filter(([variable, broken]) => broken && !faulty.has(variable))
    .map(([variable, , reason]) => ({ variable, reason }));
}

function exposure(v: Variables, { entries }: Identities): readonly Contradiction[] {
  const isOpen = entries.length === 0 && v.OIDC_ISSUER === '' && v.ALLOW_ANONYMOUS !== 'true';
  return [
    [
      'HOST',
      !isLoopback(v.HOST) && isOpen,
      'must be a loopback address such as 127.0.0.1: whoever reaches the port may post. Make keys (npm run keys), set OIDC_ISSUER, or set ALLOW_ANONYMOUS=true',
    ],
  ];
}

function traces({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: headers,
}: Variables): readonly Contradiction[] {
  const isInClear = endpoint.startsWith('http:') && !isLoopback(new URL(endpoint).hostname);
  return [
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      headers !== '' && isInClear,
      'would leave the machine in clear text: use https in OTEL_EXPORTER_OTLP_ENDPOINT',
    ],
  ];
}

function ownTls({
  TLS_CERT_PATH: cert,
  TLS_KEY_PATH: key,
  ...v
}: Variables): readonly Contradiction[] {
  return [
    ['TLS_CERT_PATH', cert === '' && key !== '', 'must be set together with TLS_KEY_PATH'],
    ['TLS_KEY_PATH', cert !== '' && key === '', 'must be set together with TLS_CERT_PATH'],
    ['TLS_CLIENT_CA_PATH', v.TLS_CLIENT_CA_PATH !== '' && cert === '', 'needs TLS_CERT_PATH'],
    ['TLS_KEY_PASSPHRASE', v.TLS_KEY_PASSPHRASE !== '' && key === '', 'needs TLS_KEY_PATH'],
  ];
}

function oidc(v: Variables): readonly Contradiction[] {
  const names = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'] as const;
  const missing = names.filter((name) => v[name] === '');
  const isSome = missing.length > 0 && missing.length < names.length;
  return missing.map((name) => [
    name,
    isSome,
    `must be set together with ${names.filter((other) => other !== name).join(' and ')}`,
  ]);
}

/** To mark a batch as sent, SQLite writes its values once more, in the log and in the database. */
const BALLAST_BATCHES = 4;

function storage(v: Variables): readonly Contradiction[] {
  const ballast = parseSize(v.OUTBOX_BALLAST) ?? 0;
  const batch = parseSize(v.BATCH_MAX_BYTES) ?? 0;
  return [
    [
      'OUTBOX_URL',
      v.OUTBOX_URL.startsWith('postgres') && !verifiesServer(v.OUTBOX_URL),
      'must not switch off the verification of the server (sslmode=no-verify, uselibpqcompat): use sslmode=verify-full with sslrootcert',
    ],
    [
      'OUTBOX_BALLAST',
      ballast > 0 && ballast < BALLAST_BATCHES * batch,
      'must be at least 4 times BATCH_MAX_BYTES, or the outbox could not drain on a full disk. 0 switches it off',
    ],
  ];
}

function delivery(v: Variables, overrides: TopicOverrides): readonly Contradiction[] {
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

function times(v: Variables): readonly Contradiction[] {
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
    [
      'RETENTION_BY_TOPIC',
      (parseTopicRetention(v.RETENTION_BY_TOPIC) ?? []).some(
        ({ sentMs }) => sentMs > (parseDuration(v.RETENTION_IDS) ?? 0),
      ),
      'must not name a longer time than RETENTION_IDS: an id is known at least as long as its record',
    ],
  ];
}
