import {
  created,
  Identities,
  ROLES,
  Tenants,
  writeIdentities,
  type Identity,
  type Tenant,
} from '../../apps/bridge/src/access/index.js';
import { until } from '../support/bridge-api.js';
import { json, type JsonAnswer } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const ACME: Tenant = { name: 'acme', topics: ['acme-*'] };
const BETA: Tenant = { name: 'beta', topics: ['beta-*', 'notas'] };

describe('tenants of one bridge', () => {
  let bridge: RunningBridge;
  let entries: readonly Identity[] = [];
  const keys: Record<string, string> = {};

  /** With the names that keys are made for; `null` is whoever runs the bridge. */
  const makeKey = (name: string, tenant: string | null): void => {
    const request = { name, roles: ROLES, topics: ['*'], tenant, validMs: null };
    const made = created(entries, request, 'test', Date.now() - 60_000);
    entries = made.entries;
    keys[name] = made.text ?? '';
  };
  const setTenants = (...tenants: readonly Tenant[]): void => {
    writeIdentities(bridge.keysPath, new Identities(entries, new Tenants(tenants)));
    bridge.lookAtKeys();
  };
  const ask = (who: string, path: string, init: RequestInit = {}): Promise<JsonAnswer> =>
    json(`${bridge.url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${keys[who] ?? ''}`,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
  const post = (who: string, topic: string, body: object): Promise<JsonAnswer> =>
    ask(who, `/topics/${topic}`, { method: 'POST', body: JSON.stringify({ data: 1, ...body }) });
  const codeOf = async (answer: Promise<JsonAnswer>): Promise<unknown> => {
    const { status, body } = await answer;
    return (body as { readonly code?: string }).code ?? status;
  };
  const send = (who: string, path: string, method: string, body: object = {}) =>
    ask(who, path, { method, body: JSON.stringify(body) });

  beforeAll(async () => {
    bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
    for (const topic of ['acme-a', 'acme-b', 'beta-a', 'notas', 'free']) {
      bridge.topics.partitions.set(topic, 1);
    }
    makeKey('operator', null);
    makeKey('acme', 'acme');
    makeKey('beta', 'beta');
    setTenants(ACME, BETA);
  });
  afterAll(() => bridge.stop());

  it('have message ids of their own', async () => {
    expect(await codeOf(post('acme', 'acme-a', { message_id: 'nf-1' }))).toBe(201);
    expect(await codeOf(post('beta', 'beta-a', { message_id: 'nf-1', data: 2 }))).toBe(201);
    expect(await codeOf(post('operator', 'free', { message_id: 'nf-1', data: 3 }))).toBe(201);
    expect((await post('acme', 'acme-a', { message_id: 'nf-1' })).body).toMatchObject({
      duplicate: true,
    });
    expect(await codeOf(post('beta', 'beta-a', { message_id: 'nf-1' }))).toBe('message_id_reused');
    expect(await codeOf(post('beta', 'notas', { message_id: 'nf-1', data: 2 }))).toBe(
      'message_id_reused',
    );
  });

  it('see what is theirs, and whoever runs the bridge sees what he names', async () => {
    for (const who of ['acme', 'beta']) {
      const { body } = await ask(who, '/messages/nf-1');
      expect(body).toMatchObject({ tenant: who, topic: `${who}-a` });
      const list = await ask(who, '/messages');
      const { items } = list.body as { readonly items: readonly { readonly tenant: string }[] };
      expect(new Set(items.map(({ tenant }) => tenant))).toEqual(new Set([who]));
    }
    expect((await ask('operator', '/messages/nf-1')).body).toMatchObject({ tenant: null });
    expect((await ask('operator', '/messages/nf-1?tenant=beta')).body).toMatchObject({
      tenant: 'beta',
    });
    expect(await codeOf(ask('acme', '/messages/nf-1?tenant=beta'))).toBe('not_found');
    const page = await ask('operator', '/messages?tenant=acme');
    expect(page.body['items']).toHaveLength(1);
    expect((await ask('acme', '/messages?tenant=beta')).body['items']).toEqual([]);
  });

  it('reach no topic of another, whatever their keys say', async () => {
    expect(await codeOf(post('acme', 'beta-a', {}))).toBe('topic_forbidden');
    expect(await codeOf(post('acme', 'free', {}))).toBe('topic_forbidden');
    expect(await codeOf(ask('acme', '/topics/notas'))).toBe('topic_forbidden');
    const { body } = await ask('beta', '/topics');
    expect(body).toEqual(['beta-a', 'notas']);
    expect(await codeOf(send('acme', '/admin/topics', 'POST', { topic: 'beta-b' }))).toBe(
      'topic_forbidden',
    );
  });

  it('are told nothing of all tenants together', async () => {
    for (const path of ['/metrics', '/health']) {
      expect([path, await codeOf(ask('acme', path))]).toEqual([path, 'forbidden']);
      expect([path, await codeOf(ask('operator', path))]).toEqual([path, 200]);
    }
  });

  it('replay and discard their own dead letters, of one message id, too', async () => {
    for (const [who, topic] of [
      ['acme', 'acme-a'],
      ['beta', 'beta-a'],
    ] as const) {
      await post(who, topic, { message_id: 'dead' });
    }
    await bridge.relay.bury(bridge.relay.accepted.filter(({ messageId }) => messageId === 'dead'));
    const statusOf = async (who: string): Promise<unknown> =>
      (await ask('operator', `/messages/dead?tenant=${who}`)).body['status'];
    expect((await ask('beta', '/admin/dead-letters')).body).toMatchObject({
      counts: [{ topic: 'beta-a', count: 1 }],
    });
    expect(await codeOf(send('beta', '/admin/dead-letters/dead/replay', 'POST'))).toBe(202);
    expect([await statusOf('acme'), await statusOf('beta')]).toEqual(['dlq', 'pending']);
    const discard = (who: string, more: object) =>
      codeOf(send(who, '/admin/dead-letters/dead', 'DELETE', { reason: 'test', ...more }));
    expect(await discard('beta', {})).toBe('not_replayable');
    expect(await discard('beta', { tenant: 'acme' })).toBe('not_found');
    expect(await discard('operator', { tenant: 'acme' })).toBe(200);
    expect(await statusOf('beta')).toBe('pending');
  });

  it('have transactions of their own', async () => {
    const idOf = async (who: string, topic: string): Promise<unknown> => {
      const records = ['t1', 't2'].map((message_id) => ({ topic, data: 1, message_id }));
      return (await send(who, '/transactions', 'POST', { records })).body['transaction_id'];
    };
    const [acme, beta] = [await idOf('acme', 'acme-a'), await idOf('beta', 'beta-a')];
    expect(acme).toMatch(/^[0-9a-f]{32}$/);
    expect(beta).not.toBe(acme);
    expect(await idOf('acme', 'acme-a')).toBe(acme);
  });

  it('get no second record of what was posted before they were tenants', async () => {
    setTenants(BETA);
    entries = entries.filter(({ tenant }) => tenant !== 'acme');
    setTenants(BETA);
    const before = await post('operator', 'acme-b', { message_id: 'older' });
    expect(before.status).toBe(201);
    makeKey('acme', 'acme');
    setTenants(ACME, BETA);
    const again = await post('acme', 'acme-b', { message_id: 'older' });
    expect(again.body).toMatchObject({ duplicate: true, message_id: 'older' });
    expect((await ask('acme', '/messages/older')).body).toMatchObject({ tenant: null });
    expect(bridge.relay.accepted.filter(({ messageId }) => messageId === 'older')).toHaveLength(1);
  });

  describe('with quotas', () => {
    const set = (limits: Partial<Tenant>): void => setTenants({ ...ACME, ...limits }, BETA);
    const list = (count: number): object =>
      Array.from({ length: count }, (_, n) => ({ data: n, message_id: `list-${count}-${n}` }));
    const postList = (who: string, topic: string, count: number): Promise<JsonAnswer> =>
      ask(who, `/topics/${topic}`, {
        method: 'POST',
        body: JSON.stringify({ records: list(count) }),
      });

    it('are refused beyond their records a second, and nobody else is', async () => {
      set({ records_per_second: 5 });
      expect(await codeOf(post('acme', 'acme-a', { message_id: 'first' }))).toBe(201);
      // More than a second's worth comes in once, and is owed.
      expect(await codeOf(postList('acme', 'acme-a', 300))).toBe(201);
      const refused = await post('acme', 'acme-a', { message_id: 'too-many' });
      expect(refused).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(await bridge.store.find('too-many')).toBeNull();
      expect(await codeOf(postList('beta', 'beta-a', 300))).toBe(201);
      expect(await codeOf(post('operator', 'free', {}))).toBe(201);
    });

    it('are told all the same of what is safe already', async () => {
      const known = await post('acme', 'acme-a', { message_id: 'first' });
      expect(known.body).toMatchObject({ duplicate: true, message_id: 'first' });
      expect(await codeOf(post('acme', 'acme-a', { message_id: 'first', data: 2 }))).toBe(
        'message_id_reused',
      );
    });

    it('are refused beyond their bytes a second', async () => {
      set({ bytes_per_second: 100 });
      expect(await codeOf(post('acme', 'acme-a', { data: 'x'.repeat(10_000) }))).toBe(201);
      expect((await post('acme', 'acme-a', {})).body).toMatchObject({ code: 'quota_exceeded' });
      expect(await codeOf(post('beta', 'beta-a', { data: 'x'.repeat(10_000) }))).toBe(201);
    });

    it('are refused while too much of theirs waits for Kafka, and let in when it does not', async () => {
      const waiting = bridge.relay.accepted.filter(({ tenant }) => tenant === 'acme');
      set({ queued_rows: 100 });
      await until(
        'what waits is counted',
        () => post('acme', 'acme-a', {}),
        ({ status }) => status === 429,
      );
      expect(await codeOf(post('beta', 'beta-a', {}))).toBe(201);
      const open = (await bridge.store.load(waiting.map(({ id }) => id))).filter(
        ({ status }) => status === 'pending',
      );
      await bridge.store.settle(
        open.map(({ id }) => ({ id, partition: 0, offset: String(10_000 + id) })),
      );
      await until(
        'there is room',
        () => post('acme', 'acme-a', {}),
        ({ status }) => status === 201,
      );
    });
  });
});
