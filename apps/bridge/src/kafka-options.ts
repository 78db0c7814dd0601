import { OAuthTokens, type KafkaOptions } from '@bridge/kafka';
import type { BridgeConfig } from './config/bridge.config.js';

/** The options of all connections of this process, which share their tokens. */
export function kafkaOptions({ sasl, ...kafka }: BridgeConfig['kafka']): KafkaOptions {
  if (sasl?.mechanism !== 'oauthbearer') return { ...kafka, sasl };
  const { mechanism, ...credentials } = sasl;
  return { ...kafka, sasl: { mechanism, tokens: new OAuthTokens(credentials) } };
}
