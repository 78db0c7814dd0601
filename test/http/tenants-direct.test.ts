import {
  created,
  Identities,
  ROLES,
  Tenants,
  writeIdentities,
  type Tenant,
} from '../../apps/bridge/src/access/index.js';
import { postJson, type JsonAnswer } from './client.js';
import { kafkaError } from './memory-ports.js';
import { withBridge } from './with-bridge.js';

describe('tenants of a bridge that stores nothing', () => {
  const acme: Tenant = {
    name: 'acme',
    topics: ['acme-*'],
    records_per_second: 2,
    queued_rows: 1,
  };

  it('have their quotas of what is sent, also of what Kafka did not take, and none of what waits', async () => {
    const off = { ENABLE_OUTBOX: 'false', DELIVERY: 'at-least-once' };
    await withBridge(off, async (bridge) => {
      const request = { roles: ROLES, topics: ['*'], validMs: null } as const;
      const one = created([], { ...request, name: 'acme', tenant: 'acme' }, 'test', 0);
      const two = created(one.entries, { ...request, name: 'beta', tenant: 'beta' }, 'test', 0);
      const tenants = new Tenants([acme, { name: 'beta', topics: ['beta-*'] }]);
      writeIdentities(bridge.keysPath, new Identities(two.entries, tenants));
      bridge.lookAtKeys();
      bridge.topics.partitions.set('acme-a', 1).set('beta-a', 1);
      const post = (key: string | null, topic: string, body: object): Promise<JsonAnswer> =>
        postJson(`${bridge.url}/topics/${topic}`, JSON.stringify(body), {
          authorization: `Bearer ${key ?? ''}`,
        });
      // What the bridge refuses by itself counts for nothing.
      const list = { records: [{ data: 1 }, { data: 2 }] };
      expect((await post(one.text, 'acme-a', list)).body['code']).toBe('outbox_required');
      bridge.delivery.failWith = kafkaError('kafka_timeout');
      expect((await post(one.text, 'acme-a', { data: 1 })).status).toBe(503);
      bridge.delivery.failWith = null;
      const burst = await Promise.all(
        Array.from({ length: 40 }, () => post(one.text, 'acme-a', { data: 1 })),
      );
      const refused = burst.filter(({ status }) => status === 429);
      for (const { body } of refused) {
        expect(body).toMatchObject({
          code: 'quota_exceeded',
          detail: expect.stringContaining('records a second') as string,
        });
      }
      expect(refused[0]?.headers.get('retry-after')).toBe('1');
      expect(refused.length).toBeGreaterThan(0);
      expect(bridge.delivery.delivered).toHaveLength(40 - refused.length);
      expect(bridge.delivery.delivered.length).toBeGreaterThan(0);
      expect((await post(two.text, 'beta-a', { data: 1 })).status).toBe(200);
    });
  });
});
