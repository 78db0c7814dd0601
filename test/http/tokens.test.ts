import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import {
  created,
  Identities,
  Tenants,
  Tokens,
  writeIdentities,
} from '../../apps/bridge/src/access/index.js';
import { hmac, Issuer, newKey, signed } from '../support/issuer.js';
import { postJson } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { withBridge } from './with-bridge.js';

const NO_WAIT = { CONFIRM_WAIT_MS: '0' };
const now = (): number => Math.floor(Date.now() / 1_000);

describe('a caller with a token', () => {
  let issuer: Issuer;
  let bridge: RunningBridge;
  const statusOf = async (credential: string, topic = 'orders'): Promise<number> => {
    const headers = { authorization: `Bearer ${credential}` };
    return (await postJson(`${bridge.url}/topics/${topic}`, '{"data":1}', headers)).status;
  };

  beforeAll(async () => {
    issuer = await Issuer.start('RS256', 'PS256', 'ES256', 'EdDSA', 'RS512');
    bridge = await startBridge({ ...NO_WAIT, ...issuer.variables });
    bridge.topics.partitions.set('orders', 1).set('others', 1);
  });
  afterAll(async () => {
    await bridge.stop();
    issuer.stop();
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    'is let in by %s, with the rights of its claims',
    async (alg) => {
      const key = issuer.keyFor(alg);
      expect(await statusOf(issuer.token({}, {}, key))).toBe(201);
      expect(await statusOf(issuer.token({}, { typ: 'JWT' }, key))).toBe(201);
      expect(await statusOf(issuer.token({ aud: ['x', issuer.audience] }, {}, key))).toBe(201);
      expect(await statusOf(issuer.token({ roles: ['ponte:read'] }, {}, key))).toBe(403);
      const some = issuer.token({ topics: ['other*'] }, {}, key);
      expect([await statusOf(some, 'others'), await statusOf(some, 'orders')]).toEqual([201, 403]);
      expect(await statusOf(issuer.token({ topics: undefined }, {}, key))).toBe(403);
    },
  );

  it('is let in while its clock is a little ahead or behind', async () => {
    expect(await statusOf(issuer.token({ exp: now() - 30 }))).toBe(201);
    expect(await statusOf(issuer.token({ nbf: now() + 30 }))).toBe(201);
  });

  it('costs its issuer one question, whatever it sends', async () => {
    const token = issuer.token();
    const before = issuer.asked;
    for (let n = 0; n < 50; n++) expect(await statusOf(token)).toBe(201);
    expect(issuer.asked).toBe(before);
    expect(before).toBeLessThanOrEqual(2);
  });

  it('is who a key says beside it, and a key is let in as without an issuer', async () => {
    const request = { name: 'x', roles: ['produce'], topics: ['orders'], validMs: null } as const;
    const { entries, text } = created([], request, 'test', Date.now());
    writeIdentities(bridge.keysPath, new Identities(entries));
    bridge.lookAtKeys();
    expect(await statusOf(text ?? '')).toBe(201);
    const both = { authorization: `Bearer ${issuer.token()}`, 'x-api-key': text ?? '' };
    expect((await postJson(`${bridge.url}/topics/orders`, '{"data":1}', both)).status).toBe(401);
  });

  it('reaches the topics of its tenant, and is nobody of one that there is not', async () => {
    const tenants = new Tenants([{ name: 'acme', topics: ['other*'] }]);
    const request = { name: 'y', roles: ['read'], topics: ['*'], validMs: null } as const;
    const { entries } = created([], request, 'test', Date.now());
    writeIdentities(bridge.keysPath, new Identities(entries, tenants));
    bridge.lookAtKeys();
    const acme = issuer.token({ tenant: 'acme' });
    expect([await statusOf(acme, 'others'), await statusOf(acme, 'orders')]).toEqual([201, 403]);
    expect(await statusOf(issuer.token({ tenant: 'beta' }), 'others')).toBe(401);
    expect(await statusOf(issuer.token({ tenant: '' }), 'others')).toBe(401);
    expect(await statusOf(issuer.token(), 'orders')).toBe(201);
    expect(bridge.relay.accepted.at(-2)).toMatchObject({ topic: 'others', tenant: 'acme' });
  });

  it('is nobody without one', async () => {
    expect((await postJson(`${bridge.url}/topics/orders`, '{"data":1}')).status).toBe(401);
  });
});

test('a token costs no work where anybody may come, or nothing is', async () => {
  const issuer = await Issuer.start('ES256');
  const looks = [jest.spyOn(Tokens.prototype, 'known'), jest.spyOn(Tokens.prototype, 'verify')];
  const calls = (): readonly number[] => looks.map(({ mock }) => mock.calls.length);
  try {
    await withBridge({ ...NO_WAIT, ...issuer.variables }, async ({ url }) => {
      const open = ['/health/live', '/health/ready', '/docs', '/openapi.json', '/nowhere'];
      for (const path of open) {
        const headers = { authorization: `Bearer ${issuer.token()}` };
        const answer = await fetch(url + path, { headers });
        await answer.arrayBuffer();
        expect([path, answer.status]).toEqual([path, path === '/nowhere' ? 404 : 200]);
      }
      expect(calls()).toEqual([0, 0]);
      const headers = { authorization: `Bearer ${issuer.token()}` };
      expect((await fetch(`${url}/messages`, { headers })).status).toBe(200);
      expect(calls()).toEqual([1, 1]);
    });
  } finally {
    jest.restoreAllMocks();
    issuer.stop();
  }
});

describe('a token is not valid', () => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await Issuer.start('RS256', 'ES256', 'RS512');
  });
  afterAll(() => issuer.stop());

  const claims = () => ({
    iss: issuer.name,
    aud: issuer.audience,
    sub: 'erp',
    exp: now() + 60,
    roles: ['ponte:produce'],
    topics: ['*'],
  });
  const rsa = () => issuer.keyFor('RS256');
  const withSignature = (alg: string, how: (text: string) => Buffer): string =>
    signed({ alg, typ: 'at+jwt', kid: rsa().kid }, claims(), how);
  const changed = (token: string, at: number): string => {
    const parts = token.split('.');
    const part = Buffer.from(parts[at] ?? '', 'base64url');
    part.writeUInt8(part.readUInt8(part.length - 3) ^ 1, part.length - 3);
    return parts.with(at, part.toString('base64url')).join('.');
  };

  it.each<[string, () => string]>([
    ['without an algorithm', () => withSignature('none', () => Buffer.alloc(0))],
    ['without an algorithm, in capitals', () => withSignature('None', () => Buffer.alloc(0))],
    ['without a signature', () => withSignature('RS256', () => Buffer.alloc(0))],
    [
      'by HMAC with the public key',
      () => withSignature('HS256', hmac(rsa().publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    [
      'by HMAC with the public key as JWK',
      () => withSignature('HS256', hmac(JSON.stringify(rsa().publicKey.export({ format: 'jwk' })))),
    ],
    ['by an algorithm that is not on the list', () => issuer.token({}, {}, issuer.keyFor('RS512'))],
    ['by the key of another algorithm', () => issuer.token({}, { alg: 'PS256' }, rsa())],
    [
      'by another key under a name that is known',
      () => issuer.token({}, {}, newKey('ES256', issuer.keyFor('ES256').kid)),
    ],
    ['by a key that is not published', () => issuer.token({}, {}, newKey('ES256'))],
    ['for another audience', () => issuer.token({ aud: 'other' })],
    ['for no audience', () => issuer.token({ aud: undefined })],
    ['of another issuer', () => issuer.token({ iss: `${issuer.name}/` })],
    ['of no issuer', () => issuer.token({ iss: undefined })],
    ['that has ended', () => issuer.token({ exp: now() - 61 })],
    ['without an end', () => issuer.token({ exp: undefined })],
    ['whose end is a text', () => issuer.token({ exp: String(now() + 60) })],
    ['that begins later', () => issuer.token({ nbf: now() + 120 })],
    ['without a subject', () => issuer.token({ sub: undefined })],
    ['for a page: nonce', () => issuer.token({ nonce: 'x' })],
    ['for a page: at_hash', () => issuer.token({ at_hash: 'x' }, { typ: 'JWT' })],
    ['without a type', () => issuer.token({}, { typ: undefined })],
    ['of another type', () => issuer.token({}, { typ: 'logout+jwt' })],
    ['with what must be understood', () => issuer.token({}, { crit: ['x'], x: 1 })],
    ['whose claims were changed', () => changed(issuer.token(), 1)],
    ['whose signature was changed', () => changed(issuer.token(), 2)],
    ['that is too long', () => issuer.token({ more: 'x'.repeat(8_000) })],
    ['that is no token', () => 'eyJ.eyJ.'],
  ])('%s', async (_name, make) => {
    await withBridge({ ...NO_WAIT, ...issuer.variables }, async ({ url, store }) => {
      const post = (token: string) =>
        postJson(`${url}/topics/orders`, '{"data":1}', { authorization: `Bearer ${token}` });
      const { status, body } = await post(make());
      expect([status, body['code']]).toEqual([401, 'unauthenticated']);
      expect(store.stats().totals.received).toBe(0);
      expect((await post(issuer.token())).status).toBe(201);
    });
  });

  it('because it says where its key is, and nobody looks there', async () => {
    let asked = 0;
    const attacker = createServer((_request, response) => {
      asked++;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(attacker, 'listening');
    const url = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`;
    const key = newKey('ES256');
    const jwk = key.publicKey.export({ format: 'jwk' });
    const tokens = [
      issuer.token({}, { jku: `${url}/keys`, kid: undefined }, key),
      issuer.token({}, { jku: `${url}/keys` }, key),
      issuer.token({}, { x5u: `${url}/cert`, kid: undefined }, key),
      issuer.token({}, { jwk, kid: undefined }, key),
      issuer.token({ iss: url }, { kid: `${url}/keys` }, key),
      // Of a key that is known it is ignored, too.
      issuer.token({}, { jku: `${url}/keys`, x5u: `${url}/cert` }),
    ];
    await withBridge({ ...NO_WAIT, ...issuer.variables }, async (bridge) => {
      const statuses: number[] = [];
      for (const token of tokens) {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await postJson(`${bridge.url}/topics/orders`, '{"data":1}', headers);
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 201]);
    });
    expect(asked).toBe(0);
    attacker.close();
  });

  it('of many at once while nothing is known of its issuer, and the rest may come again', async () => {
    issuer.isSilent = true;
    await withBridge({ ...NO_WAIT, ...issuer.variables }, async (bridge) => {
      const post = (): Promise<number> =>
        postJson(`${bridge.url}/topics/orders`, '{"data":1}', {
          authorization: `Bearer ${issuer.token()}`,
        }).then(({ status }) => status);
      const statuses = await Promise.all(Array.from({ length: 80 }, post));
      expect(statuses.filter((status) => status === 503)).toHaveLength(80 - 64);
      issuer.isSilent = false;
    });
  });

  it('while its issuer gives no keys, and the bridge goes on', async () => {
    issuer.answer = { status: 500, body: '' };
    await withBridge({ ...NO_WAIT, ...issuer.variables }, async (bridge) => {
      const headers = { authorization: `Bearer ${issuer.token()}` };
      const answer = await postJson(`${bridge.url}/topics/orders`, '{"data":1}', headers);
      expect(answer.status).toBe(401);
      expect((await fetch(`${bridge.url}/health/live`)).status).toBe(200);
    });
    issuer.answer = null;
  });
});
