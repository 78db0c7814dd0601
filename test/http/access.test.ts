import { rm, writeFile } from 'node:fs/promises';
import {
  created,
  Identities,
  revoked,
  ROLES,
  Tenants,
  writeIdentities,
  type Identity,
  type Role,
} from '../../apps/bridge/src/access/index.js';
import type { BridgeHttpAdapter } from '../../apps/bridge/src/http/index.js';
import { until } from '../support/bridge-api.js';
import { json, postJson } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

/** What anybody may ask. */
const OPEN = [
  '/health/live',
  '/health/ready',
  '/docs',
  '/docs/docs.js',
  '/docs/docs.css',
  '/openapi.json',
];
const PRODUCE = [
  'POST /topics/:topic',
  'POST /transactions',
  'POST /topics/:topic/partitions/:partition',
  'POST /v3/clusters/:cluster/topics/:topic/records',
  'POST /v3/clusters/:cluster/topics/:topic/records:batch',
];
const REPLAY = [
  'POST /admin/dead-letters/:message_id/replay',
  'POST /admin/dead-letters/replay',
  'DELETE /admin/dead-letters/:message_id',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const MINUTE_MS = 60_000;

interface Route {
  readonly method: string;
  readonly pattern: string;
}

function needOf({ method, pattern }: Route): Role | null {
  const name = `${method} ${pattern}`;
  if (OPEN.includes(pattern)) return null;
  if (PRODUCE.includes(name)) return 'produce';
  if (REPLAY.includes(name)) return 'replay';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'admin';
}

const pathOf = (pattern: string): string =>
  pattern.replaceAll(/\/:(\w+)/g, (_, name: string) => (name === 'topic' ? '/orders' : '/1'));

/** The same path, with its letters written in another way. */
const encoded = (path: string): string =>
  path.replaceAll(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);

describe('who may come in', () => {
  let bridge: RunningBridge;
  let entries: readonly Identity[] = [];
  let tenants = new Tenants([]);
  let keysPath: string;

  const keyOf = (
    roles: readonly Role[],
    topics: readonly string[],
    validMs: number | null = null,
    tenant: string | null = null,
  ): string => {
    const made = created(
      entries,
      { name: 'a program', roles, topics, tenant, validMs },
      'test',
      Date.now() - MINUTE_MS,
    );
    entries = made.entries;
    writeIdentities(keysPath, new Identities(entries, tenants));
    return made.text ?? '';
  };
  const statusOf = async ({ method }: Route, path: string, key: string | null): Promise<number> => {
    const response = await fetch(`${bridge.url}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(method === 'POST' || method === 'PUT' || method === 'PATCH'
          ? { 'content-type': 'application/json' }
          : {}),
      },
    });
    await response.arrayBuffer();
    return response.status;
  };
  const isIn = (key: string) => async (): Promise<number> =>
    statusOf({ method: 'GET', pattern: '' }, '/messages', key);
  const routes = (): readonly Route[] =>
    (bridge.app.getHttpAdapter() as unknown as BridgeHttpAdapter).routes
      .all()
      .flatMap(({ pattern, methods }) =>
        methods.filter((method) => METHODS.includes(method)).map((method) => ({ method, pattern })),
      );

  beforeAll(async () => {
    bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
    ({ keysPath } = bridge);
    bridge.topics.partitions.set('orders', 1).set('others', 1);
  });
  afterAll(() => bridge.stop());

  it('is everybody while there are no keys', async () => {
    expect((await postJson(`${bridge.url}/topics/orders`, '{"data":1}')).status).toBe(201);
  });

  describe('as soon as there are keys', () => {
    let all: string;

    beforeAll(async () => {
      all = keyOf(ROLES, ['*']);
      await until(
        'the keys are read',
        () => statusOf({ method: 'GET', pattern: '' }, '/messages', null),
        (status) => status === 401,
      );
    });

    it('is nobody without a valid one, on any route but those that are open', async () => {
      const expired = keyOf(ROLES, ['*'], 1);
      const ended = keyOf(ROLES, ['*']);
      entries =
        revoked(entries, ended.slice('ponte_'.length).split('.')[0] ?? '', 'maria', Date.now())
          ?.entries ?? [];
      writeIdentities(keysPath, new Identities(entries, tenants));
      await until('it is revoked', isIn(ended), (status) => status === 401);
      const wrong = `${all.slice(0, -1)}${all.endsWith('A') ? 'B' : 'A'}`;
      const unexpected: string[] = [];
      for (const route of routes()) {
        const path = pathOf(route.pattern);
        const isOpen = needOf(route) === null;
        for (const [name, key] of Object.entries({
          none: null,
          wrong,
          expired,
          ended,
          text: 'x',
        })) {
          for (const form of key === null ? [path, encoded(path)] : [path]) {
            const status = await statusOf(route, form, key);
            const isRefused = status === 401 || status === 429;
            if (isRefused === isOpen) unexpected.push(`${route.method} ${form} ${name}: ${status}`);
          }
        }
      }
      expect(unexpected).toEqual([]);
      expect(routes().length).toBeGreaterThan(60);
    });

    it('is who has the role that a route needs, and no other', async () => {
      const keys = Object.fromEntries(ROLES.map((role) => [role, keyOf([role], ['*'])])) as Record<
        Role,
        string
      >;
      const last = keys.admin;
      await until('they are read', isIn(last), (status) => status === 403);
      const unexpected: string[] = [];
      for (const route of routes()) {
        const path = pathOf(route.pattern);
        const need = needOf(route);
        for (const role of ROLES) {
          for (const form of [path, encoded(path)]) {
            const status = await statusOf(route, form, keys[role]);
            const isRefused = status === 401 || status === 403;
            const mayCome = need === null || need === role;
            if (isRefused === mayCome)
              unexpected.push(`${route.method} ${form} ${role}: ${status}`);
          }
        }
      }
      expect(unexpected).toEqual([]);
    });

    it('is nobody by another spelling of a path', async () => {
      for (const route of routes().filter(({ pattern }) => pattern.length > 1)) {
        const path = pathOf(route.pattern);
        const upper = path.toUpperCase();
        for (const form of [`${path}/`, `/${path}`, ...(upper === path ? [] : [upper])]) {
          expect([401, 404, 405]).toContain(await statusOf(route, form, null));
        }
      }
    });

    it('is nobody on a topic that the key is not made for, whether it is there or not', async () => {
      const key = keyOf(ROLES, ['other*']);
      tenants = new Tenants([{ name: 'theirs', topics: ['other*'] }]);
      const ofTenant = keyOf(ROLES, ['*'], null, 'theirs');
      await until('they are read', isIn(ofTenant), (status) => status === 200);
      const unexpected: string[] = [];
      for (const route of routes().filter(({ pattern }) => pattern.includes(':topic'))) {
        const path = pathOf(route.pattern);
        for (const form of [path, encoded(path), path.replace('orders', 'missing')]) {
          for (const [whose, shown] of Object.entries({ key, ofTenant })) {
            const status = await statusOf(route, form, shown);
            if (status !== 403) unexpected.push(`${route.method} ${form} ${whose}: ${status}`);
          }
        }
      }
      expect(unexpected).toEqual([]);
      const refused = await postJson(`${bridge.url}/topics/orders`, '{"data":1}', {
        authorization: `Bearer ${key}`,
      });
      expect(refused.body).toMatchObject({ code: 'topic_forbidden', status: 403 });
    });
  });

  it('finds no record of another tenant, on any route that names one', async () => {
    tenants = new Tenants([{ name: 'theirs', topics: ['other*'] }]);
    const all = keyOf(ROLES, ['*']);
    const key = keyOf(ROLES, ['*'], null, 'theirs');
    await until('they are read', isIn(key), (status) => status === 200);
    const record = '{"key":"k","data":1,"message_id":"not-theirs"}';
    await postJson(`${bridge.url}/topics/orders`, record, { authorization: `Bearer ${all}` });
    await bridge.relay.bury(bridge.relay.accepted.slice(-1));
    const named = routes().filter(({ pattern }) => pattern.includes(':message_id'));
    const found: string[] = [];
    for (const { method, pattern } of named) {
      for (const id of ['not-theirs', 'never-there']) {
        const path = pattern.replace(':message_id', id);
        for (const form of [path, encoded(path)]) {
          const { status, body } = await json(`${bridge.url}${form}`, {
            method,
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            ...(method === 'GET' || method === 'HEAD'
              ? {}
              : { body: method === 'DELETE' ? '{"reason":"test"}' : '{}' }),
          });
          if (status !== 404) found.push(`${method} ${form}: ${status} ${JSON.stringify(body)}`);
        }
      }
    }
    expect(found).toEqual([]);
    expect(named.length).toBeGreaterThanOrEqual(4);
    expect(await bridge.store.find('not-theirs')).toMatchObject({ status: 'dlq' });
  });

  describe('a key for some topics', () => {
    let key: string;
    const as = () => ({ authorization: `Bearer ${key}` });
    const codeOf = async (path: string, init: RequestInit = {}): Promise<unknown> => {
      const { status, body } = await json(`${bridge.url}${path}`, {
        ...init,
        headers: { 'content-type': 'application/json', ...as() },
      });
      return (body as { readonly code?: string }).code ?? status;
    };

    beforeAll(async () => {
      const all = keyOf(ROLES, ['*']);
      key = keyOf(ROLES, ['other*']);
      await until('it is read', isIn(key), (status) => status === 200);
      for (const topic of ['orders', 'others']) {
        for (const id of ['dead', 'waits']) {
          await postJson(
            `${bridge.url}/topics/${topic}`,
            `{"key":"k","data":1,"message_id":"${topic}-${id}"}`,
            {
              authorization: `Bearer ${all}`,
            },
          );
        }
      }
      await bridge.relay.bury(
        bridge.relay.accepted.filter(({ messageId }) => messageId.endsWith('-dead')),
      );
    });

    it('sees its own records only', async () => {
      const { body } = await json(`${bridge.url}/messages`, { headers: as() });
      const { items } = body as { readonly items: readonly { readonly topic: string }[] };
      expect(new Set(items.map(({ topic }) => topic))).toEqual(new Set(['others']));
      expect(await codeOf('/messages?topic=orders')).toBe(200);
      expect(
        (await json(`${bridge.url}/messages?topic=orders`, { headers: as() })).body,
      ).toMatchObject({ items: [] });
      expect(await codeOf('/messages/others-waits')).toBe(200);
      expect(await codeOf('/messages/orders-waits')).toBe('not_found');
    });

    it('sees its own topics only', async () => {
      expect((await json(`${bridge.url}/topics`, { headers: as() })).body).toEqual(['others']);
      const v2 = await json(`${bridge.url}/topics`, {
        headers: { ...as(), accept: 'application/vnd.kafka.v2+json' },
      });
      expect(v2.body).toEqual(['others']);
    });

    it('makes no topic of another name', async () => {
      const create = (topic: string) =>
        codeOf('/admin/topics', { method: 'POST', body: JSON.stringify({ topic }) });
      expect(await create('mine')).toBe('topic_forbidden');
      expect(await create('others-2')).toBe(201);
    });

    it('posts no transaction with a record of another topic, and none of it is stored', async () => {
      const body = JSON.stringify({
        records: [
          { topic: 'others', data: 1, message_id: 'first' },
          { topic: 'orders', data: 1, message_id: 'second' },
        ],
      });
      expect(await codeOf('/transactions', { method: 'POST', body })).toBe('topic_forbidden');
      expect(await bridge.store.find('first')).toBeNull();
    });

    it('sees, replays and discards its own dead letters only', async () => {
      const list = await json(`${bridge.url}/admin/dead-letters`, { headers: as() });
      expect(list.body).toMatchObject({
        counts: [{ topic: 'others', count: 1 }],
        items: [{ message_id: 'others-dead' }],
      });
      const of = (id: string, path: string, method: string) =>
        codeOf(`/admin/dead-letters/${id}${path}`, {
          method,
          ...(method === 'GET' ? {} : { body: path === '' ? '{"reason":"test"}' : '{}' }),
        });
      for (const [path, method] of [
        ['', 'GET'],
        ['/replay', 'POST'],
        ['', 'DELETE'],
      ] as const) {
        expect([method, await of('orders-dead', path, method)]).toEqual([method, 'not_found']);
      }
      const into = codeOf('/admin/dead-letters/others-dead/replay', {
        method: 'POST',
        body: '{"topic":"orders"}',
      });
      expect(await into).toBe('topic_forbidden');
      const matching = await json(`${bridge.url}/admin/dead-letters/replay`, {
        method: 'POST',
        body: '{"from":0,"dry_run":true}',
        headers: { 'content-type': 'application/json', ...as() },
      });
      expect(matching.body).toMatchObject({ count: 1 });
      expect(await of('others-dead', '/replay', 'POST')).toBe(202);
      expect(await bridge.store.find('orders-dead')).toMatchObject({ status: 'dlq' });
    });
  });

  it('stays as it was when the file of the keys is not right any more, or is gone', async () => {
    const key = keyOf(ROLES, ['*']);
    await until('it is read', isIn(key), (status) => status === 200);
    await writeFile(keysPath, '{');
    bridge.lookAtKeys();
    expect([
      await isIn(key)(),
      await statusOf({ method: 'GET', pattern: '' }, '/messages', null),
    ]).toEqual([200, 401]);
    await rm(keysPath);
    bridge.lookAtKeys();
    expect([
      await isIn(key)(),
      await statusOf({ method: 'GET', pattern: '' }, '/messages', null),
    ]).toEqual([200, 401]);
  });

  it('tells who shows many wrong keys so, and lets a valid key in all the same', async () => {
    const key = keyOf(ROLES, ['*']);
    await until('it is read', isIn(key), (status) => status === 200);
    const statuses: number[] = [];
    for (let n = 0; n < 100; n++) statuses.push(await isIn('wrong')());
    expect(new Set(statuses)).toContain(429);
    const response = await fetch(`${bridge.url}/messages`, { headers: { 'x-api-key': 'wrong' } });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await isIn(key)()).toBe(200);
    expect(await statusOf({ method: 'GET', pattern: '' }, '/messages', null)).toBe(401);
  });

  it('is nobody who only says so, or sends a megabyte', async () => {
    const forged = {
      'x-forwarded-for': '127.0.0.1',
      'x-client-cert': 'CN=admin',
      'x-forwarded-user': 'admin',
    };
    const response = await fetch(`${bridge.url}/messages`, { headers: forged });
    expect(response.status).toBe(401);
    const long = await fetch(`${bridge.url}/messages`, {
      headers: { authorization: `Bearer ${'a'.repeat(1_000_000)}` },
    });
    expect(long.status).toBe(431);
    const options = await fetch(`${bridge.url}/messages`, { method: 'OPTIONS' });
    expect([401, 405]).toContain(options.status);
  });

  it('says how a key is shown, and nothing of why it is not valid', async () => {
    const asked = () =>
      fetch(`${bridge.url}/messages`, { headers: { authorization: 'Basic !!!' } });
    // The wrong keys of the tests before this one are forgotten after a while.
    const response = await until('it is 401', asked, ({ status }) => status === 401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="ponte", Basic realm="ponte", charset="UTF-8"',
    );
    const inQuery = await json(`${bridge.url}/messages?api_key=ponte_x`);
    expect(inQuery.body).toMatchObject({ code: 'unauthenticated' });
  });
});
