import { parseTopicRetention } from './topic-retention.js';
import { isCollector, parseHeaders } from './otlp-settings.js';
import {
  IsClaim,
  IsDuration,
  IsFreeDisk,
  IsNumber,
  IsOneOf,
  IsPem,
  IsPointer,
  IsSize,
  IsTokenUrl,
  IsWhole,
  Must,
} from './variable-rules.js';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const TIB = 2 ** 40;
const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const BROKERS =
  /^\s*(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9._-]+):\d{1,5}(?:\s*,\s*(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9._-]+):\d{1,5})*\s*$/;

/**
 * Every variable with its default and its rule. Text only: `environment.ts` makes a BridgeConfig of it.
 * An empty default means "not set". Compared by a test with `.env.example` and docs/configuration.md.
 */
export class Variables {
  @IsWhole(1, 65_535) PORT = '8081';
  @Must('must be an address or a host name', (text) => /^[a-zA-Z0-9.:_-]+$/.test(text))
  HOST = '127.0.0.1';
  @IsOneOf('true', 'false') ALLOW_ANONYMOUS = 'false';
  @Must('must be the path of a file', (text) => text !== '') KEYS_PATH = './data/keys.json';
  TLS_CERT_PATH = '';
  TLS_KEY_PATH = '';
  TLS_KEY_PASSPHRASE = '';
  TLS_CLIENT_CA_PATH = '';
  @IsWhole(0, 1_000_000) RATE_LIMIT_ADDRESS = '0';
  @IsWhole(0, 1_000_000) RATE_LIMIT_CALLER = '0';
  OIDC_ISSUER = '';
  OIDC_AUDIENCE = '';
  @IsTokenUrl() OIDC_JWKS_URL = '';
  @IsClaim() OIDC_ROLES_CLAIM = 'roles';
  @IsClaim() OIDC_TOPICS_CLAIM = 'topics';

  @Must('must be host:port, several with commas between them', (text) => BROKERS.test(text))
  KAFKA_BROKERS = 'localhost:9092';
  @Must('must be 1 to 100 letters, digits, dots, dashes or underscores', (text) =>
    /^[a-zA-Z0-9._-]{1,100}$/.test(text),
  )
  KAFKA_CLIENT_ID = 'ponte';
  @IsOneOf('true', 'false') KAFKA_SSL = 'false';
  @IsPem('KAFKA_SSL_CA') KAFKA_SSL_CA = '';
  @IsPem('KAFKA_SSL_CERT') KAFKA_SSL_CERT = '';
  @IsPem('KAFKA_SSL_KEY') KAFKA_SSL_KEY = '';
  KAFKA_SSL_KEY_PASSPHRASE = '';
  @Must('must be plain, scram-sha-256, scram-sha-512 or oauthbearer', (text) =>
    ['', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'].includes(text),
  )
  KAFKA_SASL_MECHANISM = '';
  KAFKA_SASL_USERNAME = '';
  KAFKA_SASL_PASSWORD = '';
  @IsTokenUrl() KAFKA_SASL_OAUTH_TOKEN_URL = '';
  KAFKA_SASL_OAUTH_CLIENT_ID = '';
  KAFKA_SASL_OAUTH_CLIENT_SECRET = '';
  KAFKA_SASL_OAUTH_SCOPE = '';
  @IsOneOf('none', 'gzip', 'snappy', 'lz4', 'zstd', 'auto') COMPRESSION = 'none';

  @IsOneOf('true', 'false') ENABLE_OUTBOX = 'true';
  @Must('must be sqlite:<path> or postgres://…', (text) =>
    /^(?:sqlite:.+|postgres(?:ql)?:\/\/.+)$/.test(text),
  )
  OUTBOX_URL = 'sqlite:./data/outbox.db';
  VALUES_KEY_PATH = '';
  SUBJECTS_KEY_PATH = '';
  @IsSize(0, TIB, 'at most 1 TiB; 0 switches it off') OUTBOX_BALLAST = '64 MiB';

  @IsOneOf('exactly-once', 'at-least-once') DELIVERY = 'exactly-once';
  @IsWhole(1, 15) PIPELINES = '1';
  @IsWhole(1, 10_000) BATCH_MAX_RECORDS = '2000';
  @IsSize(KIB, 64 * MIB, 'from 1 KiB to 64 MiB') BATCH_MAX_BYTES = '8 MiB';
  @IsWhole(0, 1_000) LINGER_MS = '0';

  @Must('must be a topic name: 1 to 249 letters, digits, dots, dashes or underscores', (text) =>
    TOPIC.test(text),
  )
  DLQ_TOPIC = 'dlq-topic';
  @IsOneOf('continue', 'park') ON_DEAD_LETTER = 'continue';
  @IsWhole(1, 100) MAX_ATTEMPTS = '5';
  @IsWhole(1, 86_400_000) RETRY_INITIAL_MS = '300';
  @IsNumber(1, 10) RETRY_MULTIPLIER = '2';
  @IsWhole(1, 86_400_000) RETRY_MAX_MS = '30000';

  @IsWhole(0, 60_000) CONFIRM_WAIT_MS = '5000';
  @IsSize(KIB, 16 * MIB, 'from 1 KiB to 16 MiB') MAX_BODY_BYTES = '1048576';
  @IsWhole(1, 10_000) MAX_RECORDS_PER_REQUEST = '500';
  @IsOneOf('windows-1252', 'reject') INVALID_UTF8 = 'windows-1252';
  @IsPointer() MESSAGE_ID_POINTER = '';

  @IsWhole(1, 1_000_000_000) QUEUE_MAX_ROWS = '1000000';
  @IsSize(MIB, TIB, 'from 1 MiB to 1 TiB') QUEUE_MAX_BYTES = '4 GiB';
  @IsFreeDisk() MIN_FREE_DISK = '5 %';

  @IsDuration() RETENTION_SENT = '7d';
  @IsDuration() RETENTION_IDS = '90d';
  @IsDuration() RETENTION_DLQ = '30d';
  @Must(
    'must be topics or beginnings with a time or two, such as "clientes*=1d, nf-saida=30d/60d", none twice',
    (text) => parseTopicRetention(text) !== null,
  )
  RETENTION_BY_TOPIC = '';

  @IsOneOf('debug', 'info', 'warn', 'error') LOG_LEVEL = 'info';

  @IsTokenUrl() ALERT_WEBHOOK_URL = '';
  @IsOneOf('true', 'false') ALERT_WEBHOOK_PRIVATE = 'false';
  @IsDuration() ALERT_BACKLOG_AGE = '5m';

  @Must('must be an http or https URL without user name, password or query', isCollector)
  OTEL_EXPORTER_OTLP_ENDPOINT = '';
  @Must(
    'must be name=value, several with commas between them',
    (text) => parseHeaders(text) !== null,
  )
  OTEL_EXPORTER_OTLP_HEADERS = '';
  @IsNumber(0, 1) OTEL_TRACES_SAMPLER_ARG = '1';
  @Must('must be 1 to 100 printable ASCII characters', (text) => /^[ -~]{1,100}$/.test(text))
  OTEL_SERVICE_NAME = 'ponte';
}

/** Variables with a topic's name at their end; see `TopicRules`. */
export const TOPIC_VARIABLES = ['DELIVERY_', 'MESSAGE_ID_POINTER_'] as const;
