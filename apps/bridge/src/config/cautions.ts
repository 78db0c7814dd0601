import type { BridgeConfig } from './bridge.config.js';
import { certificatesOf } from './certificates.js';
import { hostOf, isLoopback } from './loopback.js';
import { goesOutInClear } from './postgres-url.js';

/**
 * What is permitted, and said in the log at each start, because nobody should have chosen it unawares.
 * @param now epoch milliseconds
 */
export function cautions({ kafka, outbox }: BridgeConfig, now: number): readonly string[] {
  const isElsewhere = kafka.brokers.some((broker) => !isLoopback(hostOf(broker)));
  const [own] = certificatesOf(kafka.ssl?.cert ?? '') ?? [];
  const all: readonly (readonly [boolean, string])[] = [
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
