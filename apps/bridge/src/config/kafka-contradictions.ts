import { hasCodec, type Compression } from '@bridge/kafka';
import { belongTogether, certificatesOf, privateKeyOf } from './certificates.js';
import type { Contradiction } from './contradiction.js';
import { hostOf, isLoopback } from './loopback.js';
import type { Variables } from './variables.js';

/**
 * What of the way to Kafka is right by itself but not together, or not on this machine.
 * @param has whether the machine can compress so.
 */
export function kafkaContradictions(
  v: Variables,
  has: (compression: Compression) => boolean = hasCodec,
): readonly Contradiction[] {
  return [
    ...tls(v),
    ...certificates(v),
    ...mechanism(v),
    ...password(v),
    ...oauth(v),
    [
      'COMPRESSION',
      !has(v.COMPRESSION as Compression),
      `cannot be ${v.COMPRESSION} on this machine: none was built for it. gzip works everywhere`,
    ],
  ];
}

function tls(v: Variables): readonly Contradiction[] {
  const names = [
    'KAFKA_SSL_CA',
    'KAFKA_SSL_CERT',
    'KAFKA_SSL_KEY',
    'KAFKA_SSL_KEY_PASSPHRASE',
  ] as const;
  return names.map((name) => [
    name,
    v[name] !== '' && v.KAFKA_SSL !== 'true',
    'is of no use without KAFKA_SSL=true',
  ]);
}

function certificates(v: Variables): readonly Contradiction[] {
  const { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key } = v;
  const passphrase = v.KAFKA_SSL_KEY_PASSPHRASE;
  const both = cert !== '' && key !== '';
  const isCert = certificatesOf(cert) !== null;
  const isKey = privateKeyOf(key, passphrase) !== null;
  const unreadable = 'holds no certificate that can be read';
  return [
    ['KAFKA_SSL_CA', ca !== '' && certificatesOf(ca) === null, unreadable],
    ['KAFKA_SSL_CERT', cert === '' && key !== '', 'must be set together with KAFKA_SSL_KEY'],
    ['KAFKA_SSL_KEY', cert !== '' && key === '', 'must be set together with KAFKA_SSL_CERT'],
    ['KAFKA_SSL_CERT', both && !isCert, unreadable],
    [
      'KAFKA_SSL_KEY',
      both && !isKey,
      'cannot be read: it is no private key, or KAFKA_SSL_KEY_PASSPHRASE is missing or wrong',
    ],
    [
      'KAFKA_SSL_KEY',
      both && isCert && isKey && !belongTogether(cert, key, passphrase),
      'must be the key of KAFKA_SSL_CERT',
    ],
    ['KAFKA_SSL_KEY_PASSPHRASE', passphrase !== '' && key === '', 'needs KAFKA_SSL_KEY'],
  ];
}

function mechanism(v: Variables): readonly Contradiction[] {
  const remote = v.KAFKA_BROKERS.split(',').some((broker) => !isLoopback(hostOf(broker.trim())));
  const clear = remote && v.KAFKA_SSL !== 'true';
  const none = v.KAFKA_SASL_MECHANISM === '';
  const name = 'KAFKA_SASL_MECHANISM';
  return [
    [
      name,
      v.KAFKA_SASL_MECHANISM === 'plain' && clear,
      'plain sends the password in clear text: set KAFKA_SSL=true, or use scram-sha-512',
    ],
    [
      name,
      v.KAFKA_SASL_MECHANISM === 'oauthbearer' && clear,
      'oauthbearer sends the token in clear text: set KAFKA_SSL=true',
    ],
    [
      name,
      none && (v.KAFKA_SASL_USERNAME !== '' || v.KAFKA_SASL_PASSWORD !== ''),
      'must be set where a user name or a password is',
    ],
    [
      name,
      none && OAUTH.some((variable) => v[variable] !== ''),
      'must be oauthbearer where KAFKA_SASL_OAUTH_… is set',
    ],
  ];
}

const OAUTH = [
  'KAFKA_SASL_OAUTH_TOKEN_URL',
  'KAFKA_SASL_OAUTH_CLIENT_ID',
  'KAFKA_SASL_OAUTH_CLIENT_SECRET',
  'KAFKA_SASL_OAUTH_SCOPE',
] as const;

function password(v: Variables): readonly Contradiction[] {
  const used = !['', 'oauthbearer'].includes(v.KAFKA_SASL_MECHANISM);
  const unused = v.KAFKA_SASL_MECHANISM === 'oauthbearer';
  return (['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const).flatMap((name) => [
    [name, used && v[name] === '', `must be set for ${v.KAFKA_SASL_MECHANISM}`],
    [name, unused && v[name] !== '', 'is of no use with oauthbearer'],
  ]);
}

function oauth(v: Variables): readonly Contradiction[] {
  const used = v.KAFKA_SASL_MECHANISM === 'oauthbearer';
  const other = !used && v.KAFKA_SASL_MECHANISM !== '';
  return OAUTH.flatMap((name) => [
    [
      name,
      used && v[name] === '' && name !== 'KAFKA_SASL_OAUTH_SCOPE',
      'must be set for oauthbearer',
    ],
    [name, other && v[name] !== '', 'is of no use without KAFKA_SASL_MECHANISM=oauthbearer'],
  ]);
}
