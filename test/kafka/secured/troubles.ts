import { drained, getJson, until, type HealthView } from '../../support/bridge-api.js';
import type { BridgeProcess } from '../../support/bridge-process.js';
import { Authority } from '../../support/certificates.js';
import { PASSWORD, type Door } from '../../support/secured-kafka.js';
import { oauth } from './ways-in.js';
import { everythingSaid, newIds, pipelineView, post, sasl } from './world.js';
import type { Environment, World } from './world.js';

interface Trouble {
  readonly name: string;
  readonly door: Door;
  /** What is wrong, if it is wrong in the bridge. */
  readonly env: (world: World) => Environment | Promise<Environment>;
  readonly code: string;
  readonly words: string;
  /** Puts it right; what the bridge must be started with anew for that, null where it finds out by itself. */
  readonly mend: (world: World) => Promise<Environment | null>;
}

const WRONG = `${PASSWORD}-that-is-wrong`;

const TROUBLES: readonly Trouble[] = [
  {
    name: 'a wrong password (PLAIN)',
    door: 'sasl',
    env: () => sasl('plain', WRONG),
    code: 'kafka_authentication_failed',
    words: 'Invalid username or password',
    mend: async () => sasl('plain'),
  },
  {
    name: 'a wrong password (SCRAM)',
    door: 'sasl',
    env: () => sasl('scram-sha-512', WRONG),
    code: 'kafka_authentication_failed',
    words: 'invalid credentials',
    mend: async () => sasl('scram-sha-512'),
  },
  {
    name: 'a secret that the token endpoint does not take',
    door: 'sasl',
    env: ({ kafka }) => ({ ...oauth(kafka), KAFKA_SASL_OAUTH_CLIENT_SECRET: WRONG }),
    code: 'kafka_authentication_failed',
    words: 'the token endpoint answered 401 (invalid_client)',
    mend: async ({ kafka }) => {
      kafka.tokens.client.secret = WRONG;
      return null;
    },
  },
  {
    name: 'a token that the broker does not take',
    door: 'sasl',
    env: ({ kafka }) => {
      kafka.tokens.client.audience = 'somebody else';
      return oauth(kafka);
    },
    code: 'kafka_authentication_failed',
    words: 'the broker refuses the token',
    mend: async ({ kafka }) => {
      kafka.tokens.client.audience = 'kafka';
      return null;
    },
  },
  {
    name: 'an authority that is not the one of the broker',
    door: 'tls',
    env: async () => ({ KAFKA_SSL_CA: (await Authority.create('another')).cert }),
    code: 'kafka_tls_failed',
    words: "the broker's certificate is not from an authority that is trusted here",
    mend: async ({ kafka }) => ({ KAFKA_SSL_CA: kafka.authority.cert }),
  },
  {
    name: 'no certificate of its own where the broker wants one',
    door: 'mutual',
    env: () => ({}),
    code: 'kafka_tls_failed',
    words: 'the broker refuses the certificate of this client, or has got none',
    mend: async ({ kafka }) => ({
      KAFKA_SSL_CERT: kafka.client.cert,
      KAFKA_SSL_KEY: kafka.client.key,
    }),
  },
  {
    name: "a broker's certificate that has expired",
    door: 'expired',
    env: () => ({}),
    code: 'kafka_tls_failed',
    words: "the broker's certificate has expired",
    mend: ({ kafka }) => kafka.renew('expired').then(() => null),
  },
  {
    name: "a broker's certificate for another host",
    door: 'stranger',
    env: () => ({}),
    code: 'kafka_tls_failed',
    words: "the broker's certificate is for another host name",
    mend: ({ kafka }) => kafka.renew('stranger').then(() => null),
  },
];

export function troubles(world: () => World, topic: string): void {
  describe('accepts, says why it cannot deliver, and delivers once it can, with', () => {
    afterEach(() => world().endBridges());

    test.each(TROUBLES)('$name', async ({ door, env, code, words, mend }) => {
      const bridge = await world().bridge(door, await env(world()));
      await bridge.start();
      const ids = newIds(7);
      await post(bridge, topic, ids);
      const told = await until(
        'the reason is told',
        () => pipelineView(bridge),
        ({ last_error_code }) => last_error_code !== null,
      );
      expect(told).toMatchObject({ last_error_code: code });
      expect(told.last_error).toContain(words);
      expect(warnings(bridge).join('\n')).toContain(words);
      expect(await getJson<HealthView>(`${bridge.url}/health`)).toMatchObject({
        status: 'unhealthy',
        kafka: { connected: false },
        outbox: { pending: ids.length, failed: 0, dlq: 0 },
      });
      expect((await fetch(`${bridge.url}/health/ready`)).status).toBe(200);

      const anew = await mend(world());
      if (anew !== null) {
        await bridge.terminate();
        await bridge.start(anew);
      }
      await drained(bridge.url);
      expect(await world().find(topic, ids)).toEqual(ids);
      expect(await everythingSaid(bridge)).not.toContain(PASSWORD);
    });
  });
}

const warnings = (bridge: BridgeProcess): string[] =>
  bridge.logs().flatMap(({ level, message }) => (level === 'warn' ? [String(message)] : []));
