import { checkAudit, listAudit, type AuditLine } from '@bridge/outbox';
import {
  created,
  Identities,
  revoked,
  rotated,
  Tenants,
  withoutTenant,
  withTenant,
  writeIdentities,
} from '../../apps/bridge/src/access/index.js';
import { until } from '../support/bridge-api.js';
import { json, postJson } from './client.js';
import { kafkaError } from './memory-ports.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

describe('the audit', () => {
  let bridge: RunningBridge;

  beforeEach(async () => {
    bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
    bridge.topics.partitions.set('orders', 1);
  });
  afterEach(() => bridge.stop());

  async function lines(): Promise<readonly AuditLine[]> {
    const { outboxUrl } = bridge;
    expect((await checkAudit(outboxUrl, null)).findings).toEqual([]);
    const found: AuditLine[] = [];
    await listAudit(outboxUrl, 0, (line) => found.push(line));
    return found;
  }
  const told = async () =>
    (await lines()).map(({ actor, action, topic, detail }) => [actor, action, topic, detail]);

  test('has each change of a topic: what was asked for, before, and what came of it, after', async () => {
    await postJson(`${bridge.url}/admin/topics`, '{"topic":"novo","config":{"retention.ms":5}}');
    bridge.topics.refuseCreation = kafkaError('topic_refused');
    await postJson(`${bridge.url}/admin/topics`, '{"topic":"other"}');
    bridge.topics.refuseCreation = null;
    const v3 = `${bridge.url}/v3/clusters/memory/topics`;
    const asV3 = async (path: string, body: string, method: string): Promise<number> =>
      (await postJson(v3 + path, body, {}, method)).status;
    expect(await asV3('', '{"topic_name":"v3","partitions_count":2}', 'POST')).toBe(201);
    expect(await asV3('', '{"topic_name":"try","validate_only":true}', 'POST')).toBe(200);
    expect(await asV3('/v3', '{"partitions_count":4}', 'PATCH')).toBe(200);
    expect((await json(`${v3}/v3`, { method: 'DELETE' })).status).toBe(204);
    const who = 'anonymous';
    const novo = '{"partitions":3,"replicationFactor":2,"config":{"retention.ms":"5"}}';
    const other = '{"partitions":3,"replicationFactor":2,"config":{}}';
    expect(await told()).toEqual([
      [who, 'topic_create', 'novo', `asked for: ${novo}`],
      [who, 'topic_create', 'novo', 'done'],
      [who, 'topic_create', 'other', `asked for: ${other}`],
      [who, 'topic_create', 'other', 'not confirmed: topic_refused'],
      [who, 'topic_create', 'v3', expect.stringContaining('"partitions":2')],
      [who, 'topic_create', 'v3', 'done'],
      [who, 'topic_change', 'v3', 'asked for: {"partitions":4}'],
      [who, 'topic_change', 'v3', 'done'],
      [who, 'topic_delete', 'v3', 'asked for: {}'],
      [who, 'topic_delete', 'v3', 'done'],
    ]);
  });

  test('has each change of the keys once, without their secrets, with whoever made it', async () => {
    const now = Date.now();
    const request = {
      name: 'protheus',
      roles: ['read'],
      topics: ['*'],
      tenant: null,
      validMs: null,
    } as const;
    const one = created([], request, 'maria', now);
    const two = rotated(one.entries, one.id, 'ana', now, 60_000);
    const three = revoked(two?.entries ?? [], two?.id ?? '', 'rui', now);
    for (const { entries } of [one, two ?? one, two ?? one, three ?? one]) {
      writeIdentities(bridge.keysPath, new Identities(entries));
      bridge.lookAtKeys();
      await until(
        'it is noted',
        async () => (await lines()).length,
        (count) => count >= entries.length,
      );
    }
    writeIdentities(bridge.keysPath, new Identities((three ?? one).entries.slice(1)));
    bridge.lookAtKeys();
    const all = await until('all are noted', told, (found) => found.length === 5);
    expect(all.map(([actor, action]) => `${actor} ${action}`)).toEqual([
      'maria key_create',
      'ana key_change',
      'ana key_create',
      'rui key_revoke',
      'unknown key_remove',
    ]);
    expect(all[0]?.[3]).toContain(`${one.id} protheus: read on *`);
    const secret = one.text?.split('.')[1] ?? '-';
    expect(JSON.stringify(await lines())).not.toContain(secret);
  });

  test('has each change of a tenant, its topics and its quotas, with whoever made it', async () => {
    const write = (tenants: Tenants): void => {
      writeIdentities(bridge.keysPath, new Identities([], tenants));
      bridge.lookAtKeys();
    };
    const noted = async (count: number) =>
      until(
        'it is noted',
        async () => (await lines()).map(({ actor, action, detail }) => [actor, action, detail]),
        (found) => found.length >= count,
      );
    const acme = { name: 'acme', topics: ['acme-*'], changed_by: 'maria' };
    // A name that every object of the language knows.
    const other = { name: 'constructor', topics: ['other'], queued_rows: 5 };
    const two = new Tenants([acme, other]);
    write(two);
    await noted(2);
    const limited = withTenant(two, { ...acme, bytes_per_second: 9, changed_by: 'ana' });
    write(limited);
    await noted(3);
    // Whoever writes the same again has changed nothing.
    write(withTenant(limited, { ...acme, bytes_per_second: 9, changed_by: 'eva' }));
    write(withoutTenant(limited, 'acme', 'rui'));
    await noted(4);
    write(new Tenants([]));
    expect(await noted(5)).toEqual([
      ['maria', 'tenant_create', 'acme: acme-*; no limits'],
      ['unknown', 'tenant_create', 'constructor: other; 5 records waiting'],
      ['ana', 'tenant_change', 'acme: acme-*; 9 bytes a second'],
      ['rui', 'tenant_remove', 'acme'],
      ['unknown', 'tenant_remove', 'constructor'],
    ]);
  });
});
