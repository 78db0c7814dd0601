import type { BridgeConfig } from './bridge.config.js';
import { certificatesOf } from './certificates.js';
import { hostOf, isLoopback } from './loopback.js';
import { goesOutInClear } from './postgres-url.js';

/**
 * What is permitted, and said in the log at each start, because nobody should have chosen it unawares.
 * @param now epoch milliseconds
 */
export function cautions(
  { http, access, kafka, outbox }: BridgeConfig,
  now: number,
): readonly string[] {
  const isElsewhere = kafka.brokers.some((broker) => !isLoopback(hostOf(broker)));
  const [own] = certificatesOf(kafka.ssl?.cert ?? '') ?? [];
  const [shown] = certificatesOf(http.tls?.material.cert ?? '') ?? [];
  const isOverheard = http.tls === null && !isLoopback(http.host);
  const what =
    access.identities.entries.length > 0 || access.oidc !== null
      ? 'Keys and records come'
      : 'Records come';
  const all: readonly (readonly [boolean, string])[] = [
    [
      isOverheard,
      `${what} to HOST in clear text: whoever sees the network can read and use them. TLS_CERT_PATH and TLS_KEY_PATH encrypt them`,
    ],
    [
      access.identities.entries.some(({ certificate }) => certificate !== undefined) &&
        http.tls?.paths.clientCa === '',
      'KEYS_PATH names certificates, which nobody is asked for without TLS_CLIENT_CA_PATH',
    ],
    [
      shown !== undefined && Date.parse(shown.validTo) < now,
      `The certificate of TLS_CERT_PATH has expired: it was valid to ${shown?.validTo}`,
    ],
    [
      isElsewhere && kafka.ssl === null,
      'Records go to Kafka in clear text: whoever sees the network can read and change them. KAFKA_SSL=true encrypts them',
    ],
    [
      outbox.url.startsWith('postgres') && goesOutInClear(outbox.url),
      'Records go to PostgreSQL in clear text: whoever sees the network can read and change them. sslmode=verify-full in OUTBOX_URL encrypts them',
    ],
    [
      own !== undefined && Date.parse(own.validTo) < now,
      `The certificate of KAFKA_SSL_CERT has expired: it was valid to ${own?.validTo}`,
    ],
  ];
  return all.filter(([isSo]) => isSo).map(([, words]) => words);
}
