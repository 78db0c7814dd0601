import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsFiles } from '../../../../test/http/tls-wire.js';
import { Authority } from '../../../../test/support/certificates.js';
import { created, Identities, writeIdentities } from '../access/index.js';
import { cautions } from './cautions.js';
import { readEnvironment } from './environment.js';
import { goesOutInClear, verifiesServer } from './postgres-url.js';

const told = (environment: Record<string, string>, now = Date.now()): string =>
  cautions(readEnvironment(environment), now).join('\n');

test('nothing is said of what stays on this machine, or is encrypted', () => {
  expect(told({})).toBe('');
  expect(told({ OUTBOX_URL: 'postgres://127.0.0.1/ponte' })).toBe('');
  expect(
    told({
      KAFKA_BROKERS: 'kafka.example:9093',
      KAFKA_SSL: 'true',
      OUTBOX_URL: 'postgres://db.example/ponte?sslmode=verify-full',
    }),
  ).toBe('');
});

test('clear text from other machines is told, with keys and without, and not with TLS', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ponte-cautions-'));
  try {
    const authority = await Authority.create('test');
    const files = await tlsFiles(folder, await authority.issue({ name: 'own', hosts: ['own'] }));
    const KEYS_PATH = join(folder, 'keys.json');
    const request = { name: 'x', roles: ['read'], topics: ['*'], validMs: null } as const;
    writeIdentities(KEYS_PATH, new Identities(created([], request, 'test', 0).entries));
    const open = { HOST: '0.0.0.0', KEYS_PATH };
    expect(told(open)).toMatch(/^Keys and records come to HOST in clear text/);
    expect(told({ HOST: '0.0.0.0', ALLOW_ANONYMOUS: 'true' })).toMatch(
      /^Records come to HOST in clear/,
    );
    expect(told({ ...open, ...files })).toBe('');
    expect(told({ ...open, ...files }, Date.now() + 10 * 86_400_000)).toMatch(
      /^The certificate of TLS_CERT_PATH has expired/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('clear text to another machine is told', () => {
  expect(told({ KAFKA_BROKERS: '127.0.0.1:9092,kafka.example:9092' })).toContain('to Kafka in');
  expect(told({ OUTBOX_URL: 'postgres://u:canary@db.example/ponte' })).toMatch(
    /^Records go to PostgreSQL in clear text(?!.*canary)/,
  );
});

test('a certificate of its own that has expired is told', async () => {
  const { cert, key } = await (await Authority.create('test')).issue({ name: 'own' });
  const environment = { KAFKA_SSL: 'true', KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key };
  expect(told(environment)).toBe('');
  expect(told(environment, Date.now() + 10 * 86_400_000)).toContain('has expired');
});

test.each<[string, boolean]>([
  ['postgres://db.example/p', true],
  ['postgres://db.example/p?sslmode=disable', true],
  ['postgres://db.example/p?ssl=0', true],
  ['postgres://db.example/p?application_name=x', true],
  ['postgres://localhost/p?host=db.example', true],
  ['postgres://db.example/p?sslmode=require', false],
  ['postgres://db.example/p?ssl=true', false],
  ['postgres://db.example/p?sslrootcert=/ca.pem', false],
  ['postgres://[::1]/p', false],
  ['postgres:///p?host=/var/run/postgresql', false],
  ['postgres://%2Fvar%2Frun%2Fpostgresql/p', false],
])('%s goes out in clear text: %s', (url, expected) => {
  expect(goesOutInClear(url)).toBe(expected);
});

test.each<[string, boolean]>([
  ['postgres://db.example/p?sslmode=verify-full', true],
  ['postgres://db.example/p', true],
  ['postgres://db.example/p?sslmode=no-verify', false],
  ['postgres://db.example/p?uselibpqcompat=true&sslmode=require', false],
])('%s verifies the server it encrypts for: %s', (url, expected) => {
  expect(verifiesServer(url)).toBe(expected);
});
