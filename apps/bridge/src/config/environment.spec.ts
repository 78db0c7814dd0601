import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { ConfigurationError } from './configuration.error.js';
import { readEnvironment } from './environment.js';

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readEnvironment(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map((fault) => fault.variable);
    throw error;
  }
}

test('has a default for everything', () => {
  const config = readEnvironment({});
  expect(config).toMatchObject({
    http: {
      host: '127.0.0.1',
      port: 8081,
      maxBodyBytes: 1_048_576,
      maxRecords: 500,
      confirmWaitMs: 5_000,
      invalidUtf8: 'windows-1252',
    },
    outbox: {
      enabled: true,
      url: 'sqlite:./data/outbox.db',
      ballastBytes: 64 * 2 ** 20,
      valueKeys: null,
      subjectKeys: null,
    },
    kafka: {
      brokers: ['localhost:9092'],
      clientId: 'ponte',
      ssl: null,
      sasl: null,
      compression: 'none',
    },
    delivery: {
      mode: 'exactly-once',
      pipelines: 1,
      batchMaxRecords: 2_000,
      batchMaxBytes: 8 * 2 ** 20,
      lingerMs: 0,
      deadLetterTopic: 'dlq-topic',
      onDeadLetter: 'continue',
      maxAttempts: 5,
      retryInitialMs: 300,
      retryMultiplier: 2,
      retryMaxMs: 30_000,
    },
    limits: { queueMaxRows: 1_000_000, queueMaxBytes: 4 * 2 ** 30, minFreeDisk: { percent: 5 } },
    retention: {
      sentMs: 7 * 86_400_000,
      idsMs: 90 * 86_400_000,
      deadLettersMs: 30 * 86_400_000,
      byTopic: [],
    },
    logLevel: 'info',
  });
  expect(config.topics.deliveryOf('any')).toBe('exactly-once');
  expect(config.topics.messageIdPointerOf('any')).toBeNull();
});

test('reads sizes, times, lists and what is set for a topic', () => {
  const config = readEnvironment({
    KAFKA_BROKERS: 'a:9092, b:9093',
    QUEUE_MAX_BYTES: '2GiB',
    MIN_FREE_DISK: '1 GiB',
    RETENTION_SENT: '12h',
    RETENTION_BY_TOPIC: 'clientes*=1d, nf.saida = 30d / 60d',
    MAX_BODY_BYTES: '2 MiB',
    OUTBOX_BALLAST: '0',
    MESSAGE_ID_POINTER: '/data/id',
    MESSAGE_ID_POINTER_NF_SAIDA: '/data/a~1b/chave~0',
    DELIVERY_TELEMETRIA: 'at-least-once',
    PORT: '',
  });
  expect(config.kafka.brokers).toEqual(['a:9092', 'b:9093']);
  expect(config.limits).toMatchObject({ queueMaxBytes: 2 ** 31, minFreeDisk: { bytes: 2 ** 30 } });
  expect(config.retention.sentMs).toBe(43_200_000);
  expect(config.retention.byTopic).toEqual([
    { topic: 'clientes*', sentMs: 86_400_000, deadLettersMs: null },
    { topic: 'nf.saida', sentMs: 30 * 86_400_000, deadLettersMs: 60 * 86_400_000 },
  ]);
  expect(config.http).toMatchObject({ maxBodyBytes: 2_097_152, port: 8081 });
  expect(config.outbox.ballastBytes).toBe(0);
  expect(config.topics.messageIdPointerOf('nf-saida')).toEqual(['data', 'a/b', 'chave~']);
  expect(config.topics.messageIdPointerOf('other')).toEqual(['data', 'id']);
  expect(config.topics.deliveryOf('telemetria')).toBe('at-least-once');
  expect(config.topics.deliveryOf('other')).toBe('exactly-once');
});

test('reports every fault at once', () => {
  const faults = faultsOf({
    PORT: '99999',
    KAFKA_BROKERS: 'nobody',
    DELIVERY: 'maybe',
    QUEUE_MAX_BYTES: '4 GB',
    RETENTION_DLQ: 'soon',
    DELIVERY_NF: 'never',
    MESSAGE_ID_POINTER_NF: 'chave',
    LOG_LEVEL: 'loud',
  });
  expect(faults.toSorted()).toEqual([
    'DELIVERY',
    'DELIVERY_NF',
    'KAFKA_BROKERS',
    'LOG_LEVEL',
    'MESSAGE_ID_POINTER_NF',
    'PORT',
    'QUEUE_MAX_BYTES',
    'RETENTION_DLQ',
  ]);
});

test('says what would be right, and never what was given', () => {
  const wrong = { PORT: 'secret-port', KAFKA_SASL_PASSWORD: 'secret' };
  expect(() => readEnvironment(wrong)).toThrow(/PORT: must be a whole number from 1 to 65535/);
  expect(() => readEnvironment(wrong)).not.toThrow(/secret/);
});

const NO_CERTIFICATE = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----';
const SCRAM = {
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: 'u',
  KAFKA_SASL_PASSWORD: 'p',
};
const OAUTH = {
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_SASL_OAUTH_TOKEN_URL: 'https://sso.example/token',
  KAFKA_SASL_OAUTH_CLIENT_ID: 'ponte',
  KAFKA_SASL_OAUTH_CLIENT_SECRET: 's',
};

const OIDC = {
  OIDC_ISSUER: 'https://sso.example',
  OIDC_AUDIENCE: 'ponte',
  OIDC_JWKS_URL: 'https://sso.example/keys',
};

test.each<[string, Record<string, string>]>([
  ['ENABLE_OUTBOX', { ENABLE_OUTBOX: 'false' }],
  [
    'ENABLE_OUTBOX',
    { ENABLE_OUTBOX: 'false', DELIVERY: 'at-least-once', DELIVERY_A: 'exactly-once' },
  ],
  ['HOST', { HOST: '0.0.0.0' }],
  ['ALERT_WEBHOOK_URL', { ALERT_WEBHOOK_URL: 'http://hooks.example/x' }],
  ['ALERT_WEBHOOK_URL', { ALERT_WEBHOOK_URL: 'https://me:secret@hooks.example/x' }],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' }],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:b@c' }],
  ['OTEL_EXPORTER_OTLP_HEADERS', { OTEL_EXPORTER_OTLP_HEADERS: 'nonsense' }],
  ['OTEL_EXPORTER_OTLP_HEADERS', { OTEL_EXPORTER_OTLP_HEADERS: 'a=b%0d%0ac' }],
  [
    'OTEL_EXPORTER_OTLP_HEADERS',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_EXPORTER_OTLP_HEADERS: 'key=1' },
  ],
  ['OTEL_TRACES_SAMPLER_ARG', { OTEL_TRACES_SAMPLER_ARG: '1.5' }],
  ['HOST', { HOST: '::' }],
  ['OIDC_AUDIENCE', { OIDC_ISSUER: 'https://sso.example', OIDC_JWKS_URL: 'https://sso.example/k' }],
  ['OIDC_ISSUER', { OIDC_AUDIENCE: 'ponte', OIDC_JWKS_URL: 'https://sso.example/k' }],
  ['OIDC_JWKS_URL', { OIDC_ISSUER: 'https://sso.example', OIDC_AUDIENCE: 'ponte' }],
  ['OIDC_JWKS_URL', { ...OIDC, OIDC_JWKS_URL: 'http://sso.example/k' }],
  ['OIDC_JWKS_URL', { ...OIDC, OIDC_JWKS_URL: 'file:///etc/passwd' }],
  ['OIDC_ROLES_CLAIM', { ...OIDC, OIDC_ROLES_CLAIM: '/a~2' }],
  [
    'KAFKA_SASL_MECHANISM',
    {
      KAFKA_BROKERS: 'kafka.example:9092',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    },
  ],
  ['KAFKA_SASL_PASSWORD', { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'u' }],
  ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_USERNAME: 'u' }],
  ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_OAUTH_CLIENT_ID: 'ponte' }],
  ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_MECHANISM: 'gssapi' }],
  ['KAFKA_SASL_MECHANISM', { KAFKA_BROKERS: 'kafka.example:9092', ...OAUTH }],
  ['KAFKA_SASL_USERNAME', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'p' }],
  ['KAFKA_SASL_USERNAME', { ...OAUTH, KAFKA_SASL_USERNAME: 'u' }],
  ['KAFKA_SASL_PASSWORD', { ...OAUTH, KAFKA_SASL_PASSWORD: 'p' }],
  ['KAFKA_SASL_OAUTH_TOKEN_URL', { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_URL: '' }],
  ['KAFKA_SASL_OAUTH_TOKEN_URL', { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_URL: 'http://sso.example/t' }],
  ['KAFKA_SASL_OAUTH_TOKEN_URL', { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_URL: 'https://u:p@sso/t' }],
  ['KAFKA_SASL_OAUTH_TOKEN_URL', { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_URL: 'sso.example' }],
  ['KAFKA_SASL_OAUTH_TOKEN_URL', { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_URL: 'file:///etc/passwd' }],
  ['KAFKA_SASL_OAUTH_CLIENT_ID', { ...OAUTH, KAFKA_SASL_OAUTH_CLIENT_ID: '' }],
  ['KAFKA_SASL_OAUTH_CLIENT_SECRET', { ...OAUTH, KAFKA_SASL_OAUTH_CLIENT_SECRET: '' }],
  ['KAFKA_SASL_OAUTH_SCOPE', { ...SCRAM, KAFKA_SASL_OAUTH_SCOPE: 'kafka' }],
  ['KAFKA_SSL_CA_FILE', { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/does/not/exist' }],
  ['KAFKA_SSL_CA', { KAFKA_SSL: 'true', KAFKA_SSL_CA: '/a/path' }],
  ['KAFKA_SSL_CA', { KAFKA_SSL: 'true', KAFKA_SSL_CA: NO_CERTIFICATE }],
  ['KAFKA_SSL_CA', { KAFKA_SSL_CA: NO_CERTIFICATE }],
  ['KAFKA_SSL_CERT', { KAFKA_SSL: 'true', KAFKA_SSL_KEY: '-----BEGIN PRIVATE KEY-----' }],
  ['KAFKA_SSL_KEY', { KAFKA_SSL: 'true', KAFKA_SSL_CERT: NO_CERTIFICATE }],
  ['KAFKA_SSL_KEY_PASSPHRASE', { KAFKA_SSL: 'true', KAFKA_SSL_KEY_PASSPHRASE: 'open' }],
  ['KAFKA_SSL_KEY_PASSPHRASE', { KAFKA_SSL_KEY_PASSPHRASE: 'open' }],
  ['COMPRESSION', { COMPRESSION: 'adaptive' }],
  ['COMPRESSION', { COMPRESSION: 'ZSTD' }],
  ['DLQ_TOPIC', { DLQ_TOPIC: '__consumer_offsets' }],
  ['DLQ_TOPIC', { DLQ_TOPIC: '_ponte.ledger' }],
  ['RETRY_MAX_MS', { RETRY_INITIAL_MS: '500', RETRY_MAX_MS: '100' }],
  ['RETENTION_IDS', { RETENTION_IDS: '1d' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'clientes' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'clientes=' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'clientes=soon' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'clientes=1d/' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'clientes=1d/0s' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'clientes=0s' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: '*=1d' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'a*b=1d' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'a=1d,' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'a=1d,a=2d' }],
  ['RETENTION_BY_TOPIC', { RETENTION_BY_TOPIC: 'a=91d' }],
  ['VALUES_KEY_PATH', { VALUES_KEY_PATH: '/does/not/exist' }],
  ['SUBJECTS_KEY_PATH', { SUBJECTS_KEY_PATH: '/etc/hostname' }],
  ['VALUES_KEY_PATH', { VALUES_KEY_PATH: '/etc/hostname' }],
  ['OUTBOX_BALLAST', { OUTBOX_BALLAST: '16 MiB' }],
  ['PIPELINES', { PIPELINES: '2', OUTBOX_URL: 'postgres://db/ponte' }],
  ['OUTBOX_URL', { OUTBOX_URL: 'postgres://db/ponte?sslmode=no-verify' }],
  ['OUTBOX_URL', { OUTBOX_URL: 'postgres://db/ponte?uselibpqcompat=true&sslmode=prefer' }],
  ['PORT_FILE', { PORT: '8081', PORT_FILE: '/etc/hostname' }],
])('refuses to start for %s of %j', (variable, environment) => {
  expect(faultsOf(environment)).toContain(variable);
});

test('explains what has a reason', () => {
  expect(() => readEnvironment({ ENABLE_OUTBOX: 'false' })).toThrow(/at-least-once permits/);
});

test.each<Record<string, string>>([
  { HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' },
  { HOST: '0.0.0.0', ...OIDC },
  { ...OIDC, OIDC_JWKS_URL: 'http://127.0.0.1:8080/keys' },
  { HOST: '::1' },
  { ENABLE_OUTBOX: 'false', DELIVERY: 'at-least-once' },
  { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' },
  { KAFKA_BROKERS: '[::1]:9092' },
  OAUTH,
  { ...OAUTH, KAFKA_SASL_OAUTH_TOKEN_URL: 'http://localhost:8080/token' },
  { ...OAUTH, KAFKA_SASL_OAUTH_SCOPE: 'kafka', KAFKA_BROKERS: 'k:1', KAFKA_SSL: 'true' },
  { COMPRESSION: 'gzip' },
  { ALERT_WEBHOOK_URL: 'http://127.0.0.1:8080/mail' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://[::1]:4318', OTEL_EXPORTER_OTLP_HEADERS: 'a=b%2Cc, d=' },
  { COMPRESSION: 'snappy' },
  { COMPRESSION: 'lz4' },
  { COMPRESSION: 'zstd' },
  { COMPRESSION: 'auto' },
])('starts with %j', (environment) => {
  expect(faultsOf(environment)).toEqual([]);
});

describe('a variable in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ponte-environment-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read without the line end', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'p@ss \n');
    const config = readEnvironment({
      KAFKA_SASL_MECHANISM: 'scram-sha-256',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD_FILE: file,
    });
    expect(config.kafka.sasl).toMatchObject({ password: 'p@ss ' });
  });

  test('brings the certificates', () => {
    const file = join(folder, 'ca.pem');
    const [ca = ''] = rootCertificates;
    writeFileSync(file, `${ca}\n`);
    const config = readEnvironment({ KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: file });
    expect(config.kafka.ssl).toEqual({ ca, cert: null, key: null, passphrase: null });
  });

  test('brings the secret of the client that gets tokens', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'se cret\r\n');
    const { KAFKA_SASL_OAUTH_CLIENT_SECRET: _, ...others } = OAUTH;
    const config = readEnvironment({ ...others, KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE: file });
    expect(config.kafka.sasl).toEqual({
      mechanism: 'oauthbearer',
      tokenUrl: 'https://sso.example/token',
      clientId: 'ponte',
      clientSecret: 'se cret',
      scope: null,
    });
  });

  test('is refused beside the same variable, also for the outbox', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'sqlite:/from/a/file.db\n');
    expect(readEnvironment({ OUTBOX_URL_FILE: file }).outbox.url).toBe('sqlite:/from/a/file.db');
    expect(faultsOf({ OUTBOX_URL_FILE: file, OUTBOX_URL: 'sqlite:/b' })).toEqual([
      'OUTBOX_URL_FILE',
    ]);
  });
});

describe('a credential of systemd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ponte-credentials-'));
  const path = join(folder, 'ponte_SUBJECTS_KEY_PATH');
  const environment = { CREDENTIALS_DIRECTORY: folder };
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => {
    for (const file of readdirSync(folder)) rmSync(join(folder, file));
  });

  test('is the variable of its name, without the line end', () => {
    writeFileSync(join(folder, 'ponte_OUTBOX_URL'), 'sqlite:/of/a/credential.db\n');
    writeFileSync(join(folder, 'other_PORT'), '1');
    const { outbox, http } = readEnvironment(environment);
    expect(outbox.url).toBe('sqlite:/of/a/credential.db');
    expect(http.port).toBe(8081);
  });

  test('is the file itself where the variable is a path', () => {
    writeFileSync(path, `2026-11:${'A'.repeat(43)}=\n`);
    writeFileSync(join(folder, 'ponte_ca.crt'), 'for another variable');
    expect(readEnvironment(environment).outbox.subjectKeys).not.toBeNull();
  });

  test('is refused beside the same variable, and where no variable has its name', () => {
    writeFileSync(join(folder, 'ponte_PORT'), '8081');
    writeFileSync(join(folder, 'ponte_KAFKA_PASSWORD'), 'secret');
    const faults = faultsOf({ ...environment, PORT: '8082' });
    expect(faults.toSorted()).toEqual(['ponte_KAFKA_PASSWORD', 'ponte_PORT']);
  });

  test('is refused where the folder cannot be read', () => {
    const faults = faultsOf({ CREDENTIALS_DIRECTORY: join(folder, 'none') });
    expect(faults).toEqual(['CREDENTIALS_DIRECTORY']);
  });
});
