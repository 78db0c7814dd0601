import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsFiles } from '../../../../test/http/tls-wire.js';
import { Authority, type Certified } from '../../../../test/support/certificates.js';
import { ConfigurationError } from './configuration.error.js';
import { readEnvironment } from './environment.js';
import { contextOf } from './server-tls.js';

let folder: string;
let own: Certified;
let other: Certified;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ponte-tls-'));
  const authority = await Authority.create('test');
  own = await authority.issue({ name: 'own', hosts: ['own'] });
  other = await authority.issue({ name: 'other', hosts: ['other'] });
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said of an environment, as `VARIABLE reason`. */
function faultsOf(environment: Readonly<Record<string, string>>): string[] {
  try {
    readEnvironment(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ variable, reason }) => `${variable} ${reason}`);
  }
}

/** The file of an encrypted key. */
async function encrypted(): Promise<{ readonly path: string; readonly cert: string }> {
  const path = join(folder, 'encrypted.key');
  const key = createPrivateKey(own.key);
  const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes256', passphrase: 'canary' });
  await writeFile(path, pem);
  return { path, cert: (await tlsFiles(folder, own)).TLS_CERT_PATH };
}

test('a pair that belongs together is taken, also with a passphrase', async () => {
  expect(faultsOf(await tlsFiles(folder, own))).toEqual([]);
  const { path, cert } = await encrypted();
  const variables = { TLS_CERT_PATH: cert, TLS_KEY_PATH: path };
  expect(faultsOf({ ...variables, TLS_KEY_PASSPHRASE: 'canary' })).toEqual([]);
  expect(faultsOf({ ...variables, TLS_KEY_PASSPHRASE: 'canary-2' })).toEqual([
    'TLS_KEY_PATH names a file that is no private key, or TLS_KEY_PASSPHRASE is missing or wrong',
  ]);
});

test('any other is refused with what is wrong', async () => {
  const files = await tlsFiles(folder, own);
  const { TLS_CERT_PATH, TLS_KEY_PATH } = files;
  expect(faultsOf({ TLS_CERT_PATH })).toEqual([
    'TLS_KEY_PATH must be set together with TLS_CERT_PATH',
  ]);
  expect(faultsOf({ TLS_KEY_PATH })).toEqual([
    'TLS_CERT_PATH must be set together with TLS_KEY_PATH',
  ]);
  expect(faultsOf({ TLS_KEY_PASSPHRASE: 'x' })).toEqual(['TLS_KEY_PASSPHRASE needs TLS_KEY_PATH']);
  expect(faultsOf({ ...files, TLS_CERT_PATH: join(folder, 'none') })).toEqual([
    'TLS_CERT_PATH names a file that cannot be read: ENOENT',
  ]);
  expect(faultsOf({ ...files, TLS_CERT_PATH: TLS_KEY_PATH })).toEqual([
    'TLS_CERT_PATH names a file without a certificate that can be read',
  ]);
  expect(faultsOf({ ...files, TLS_CLIENT_CA_PATH: TLS_KEY_PATH })).toEqual([
    'TLS_CLIENT_CA_PATH names a file without a certificate that can be read',
  ]);
  expect(faultsOf({ TLS_CLIENT_CA_PATH: TLS_CERT_PATH })).toEqual([
    'TLS_CLIENT_CA_PATH needs TLS_CERT_PATH',
  ]);
  await tlsFiles(folder, { cert: own.cert, key: other.key });
  expect(faultsOf(files)).toEqual([
    'TLS_KEY_PATH must name the key of the certificate in TLS_CERT_PATH',
  ]);
});

test('nothing older than TLS 1.2 is spoken, and nothing without forward secrecy', () => {
  const { minVersion, ciphers = '' } = contextOf({ ...own, passphrase: '', clientCa: null });
  expect(minVersion).toBe('TLSv1.2');
  expect(ciphers.split(':').filter((one) => !/^(?:TLS_|ECDHE-)/.test(one))).toEqual([]);
});
