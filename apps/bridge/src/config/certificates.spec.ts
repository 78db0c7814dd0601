import { createPrivateKey } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { Authority, type Certified } from '../../../../test/support/certificates.js';
import { belongTogether, certificatesOf, privateKeyOf } from './certificates.js';

let own: Certified;
let other: Certified;

beforeAll(async () => {
  const authority = await Authority.create('test');
  own = await authority.issue({ name: 'own' });
  other = await authority.issue({ name: 'other' });
});

test('finds every certificate of a bundle', () => {
  const bundle = rootCertificates.slice(0, 3).join('\n# the next one\n');
  expect(certificatesOf(bundle)).toHaveLength(3);
});

test('finds none in what holds none, or a broken one', () => {
  expect(certificatesOf(own.key)).toBeNull();
  expect(certificatesOf(`${own.cert}\n${own.cert.replaceAll('M', 'N')}`)).toBeNull();
});

test('knows whether a key is that of a certificate', () => {
  expect(belongTogether(own.cert, own.key, '')).toBe(true);
  expect(belongTogether(own.cert, other.key, '')).toBe(false);
  expect(belongTogether(`${own.cert}\n${other.cert}`, own.key, '')).toBe(true);
});

test('reads an encrypted key with its passphrase only', () => {
  const encrypted = createPrivateKey(own.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'open',
  }) as string;
  expect(privateKeyOf(encrypted, 'open')).not.toBeNull();
  expect(privateKeyOf(encrypted, 'wrong')).toBeNull();
  expect(privateKeyOf(encrypted, '')).toBeNull();
  expect(belongTogether(own.cert, encrypted, 'open')).toBe(true);
});
