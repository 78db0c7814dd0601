import { until } from '../../support/bridge-api.js';
import { PASSWORD, USER, type Door, type SecuredKafka } from '../../support/secured-kafka.js';
import { everythingSaid, newIds, post, sasl, type Environment, type World } from './world.js';

const RECORDS = 40;
/** Seconds. The bridge authenticates anew 10 s before the end. */
const SHORT = 12;

export const oauth = ({ tokens }: SecuredKafka): Environment => ({
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_SASL_OAUTH_TOKEN_URL: tokens.tokenUrl,
  KAFKA_SASL_OAUTH_CLIENT_ID: tokens.client.id,
  KAFKA_SASL_OAUTH_CLIENT_SECRET: tokens.client.secret,
  KAFKA_SASL_OAUTH_SCOPE: 'kafka',
});

export const ownCertificate = ({ client }: SecuredKafka): Environment => ({
  KAFKA_SSL_CERT: client.cert,
  KAFKA_SSL_KEY: client.key,
});

const WAYS: readonly (readonly [string, Door, (kafka: SecuredKafka) => Environment])[] = [
  ['mutual TLS', 'mutual', ownCertificate],
  ['SASL SCRAM-SHA-256 over TLS', 'sasl', () => sasl('scram-sha-256')],
];

export function waysIn(world: () => World, topic: string): void {
  describe('delivers exactly once', () => {
    afterEach(() => world().endBridges());

    test.each(WAYS)('over %s', async (_, door, environment) => {
      const bridge = await world().bridge(door, environment(world().kafka));
      await bridge.start();
      const ids = newIds(RECORDS);
      expect(await world().deliver(bridge, topic, ids)).toEqual(ids);
      expect(await everythingSaid(bridge)).not.toContain(PASSWORD);
    });

    test('over SASL OAUTHBEARER, longer than a token lives', async () => {
      const { kafka } = world();
      kafka.tokens.client.lifetime = SHORT;
      const before = kafka.tokens.given.length;
      const bridge = await world().bridge('sasl', oauth(kafka));
      await bridge.start();
      const ids: string[] = [];
      const more = async (): Promise<void> => {
        const next = newIds(3);
        await post(bridge, topic, next);
        ids.push(...next);
      };
      await until('a token was given', more, () => kafka.tokens.given.length > before);
      const firstEnd = kafka.tokens.given[before] ?? 0;
      await until('the first token has ended', more, () => Date.now() > firstEnd + 1_000);
      const last = newIds(RECORDS);
      expect(await world().deliver(bridge, topic, last)).toEqual(last);
      expect(await world().find(topic, ids)).toEqual(ids.toSorted());
      const said = await everythingSaid(bridge);
      expect(said).not.toContain(PASSWORD);
      expect(said).not.toContain(Buffer.from(`${USER}:${PASSWORD}`).toString('base64'));
      const waits = bridge.logs().filter(({ message }) => / waits for Kafka/.test(String(message)));
      expect(waits).toEqual([]);
    });
  });
}
