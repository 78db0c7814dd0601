import { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { refuseAccess } from './access.js';
import { Door } from './door.js';
import { Identities, NOBODY } from './identities.js';
import { created } from './keys.js';

const made = created([], { name: 'x', roles: ['read'], topics: ['*'], validMs: null }, 'test', 0);

/** A request with the key, in clear text from this address. */
function request(scheme: string, key: string, remoteAddress: string): FastifyRequest {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  const text = scheme === 'Basic' ? Buffer.from(`:${key}`).toString('base64') : key;
  const headers = { authorization: `${scheme} ${text}` };
  const headersDistinct = { authorization: [headers.authorization] };
  const raw = { headers, headersDistinct, socket };
  return {
    method: 'GET',
    routeOptions: { config: {} },
    params: {},
    tokenCaller: null,
    headers,
    raw,
  } as unknown as FastifyRequest;
}

test('a password from another machine needs TLS, and a key does not', () => {
  const door = new Door('none', new Identities(made.entries), null);
  const key = made.text ?? '';
  const refusal = (scheme: string, address: string, shown = key) =>
    refuseAccess(request(scheme, shown, address), door)?.message ?? null;
  expect(refusal('Bearer', '192.0.2.1')).toBeNull();
  expect(refusal('Basic', '127.0.0.1')).toBeNull();
  const inClear = refusal('Basic', '192.0.2.1');
  expect(inClear).toMatch(/^unauthenticated: Basic needs TLS/);
  // Nothing of whether the key is valid.
  expect(refusal('Basic', '192.0.2.1', 'wrong')).toBe(inClear);
});

test('while nobody has a key, what is shown is nobody’s concern', () => {
  const door = new Door('none', NOBODY, null);
  expect(refuseAccess(request('Basic', 'x', '192.0.2.1'), door)).toBeNull();
});
