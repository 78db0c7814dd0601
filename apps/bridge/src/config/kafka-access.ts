import type { Compression } from '@bridge/kafka';
import type { BridgeConfig, KafkaSasl } from './bridge.config.js';
import type { Variables } from './variables.js';

/** How to reach Kafka, of variables that have passed every rule. */
export function kafkaOf(v: Variables): BridgeConfig['kafka'] {
  return {
    brokers: v.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    clientId: v.KAFKA_CLIENT_ID,
    ssl:
      v.KAFKA_SSL === 'true'
        ? {
            ca: orNull(v.KAFKA_SSL_CA),
            cert: orNull(v.KAFKA_SSL_CERT),
            key: orNull(v.KAFKA_SSL_KEY),
            passphrase: orNull(v.KAFKA_SSL_KEY_PASSPHRASE),
          }
        : null,
    sasl: saslOf(v),
    compression: v.COMPRESSION as Compression,
  };
}

function saslOf(v: Variables): KafkaSasl | null {
  const mechanism = v.KAFKA_SASL_MECHANISM as KafkaSasl['mechanism'] | '';
  if (mechanism === '') return null;
  if (mechanism !== 'oauthbearer') {
    return { mechanism, username: v.KAFKA_SASL_USERNAME, password: v.KAFKA_SASL_PASSWORD };
  }
  return {
    mechanism,
    tokenUrl: v.KAFKA_SASL_OAUTH_TOKEN_URL,
    clientId: v.KAFKA_SASL_OAUTH_CLIENT_ID,
    clientSecret: v.KAFKA_SASL_OAUTH_CLIENT_SECRET,
    scope: orNull(v.KAFKA_SASL_OAUTH_SCOPE),
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
