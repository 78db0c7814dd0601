import { callerOfClaims, isAccessTokenType } from './claims.js';
import { NO_TENANTS } from './tenants.js';

const WHERE = { roles: ['roles'], topics: ['topics'] };
const GOOD = { sub: 'erp', roles: ['ponte:produce', 'ponte:read'], topics: ['notas*', 'pedidos'] };

test('roles and topics are those of the claims', () => {
  expect(callerOfClaims(GOOD, WHERE)).toEqual({
    name: 'oidc:erp',
    roles: new Set(['produce', 'read']),
    topics: ['notas*', 'pedidos'],
    tenant: null,
    tenants: NO_TENANTS,
  });
  const words = { sub: 'erp', roles: 'openid ponte:admin', topics: 'a b*' };
  expect(callerOfClaims(words, WHERE)).toMatchObject({
    roles: new Set(['admin']),
    topics: ['a', 'b*'],
  });
  const deep = { sub: 'erp', resource_access: { 'ponte.sp': { roles: ['ponte:replay'] } } };
  const where = { ...WHERE, roles: ['resource_access', 'ponte.sp', 'roles'] };
  expect(callerOfClaims(deep, where)?.roles).toEqual(new Set(['replay']));
});

test.each<[string, object]>([
  ['absent', {}],
  ['those of another program', { roles: ['admin', 'produce'], topics: ['a b', '*x', ''] }],
  ['unknown', { roles: ['ponte:root', 'ponte:', 'ponte:produce '], topics: [1, null] }],
  ['in another case', { roles: ['Ponte:produce', 'ponte:Produce'], topics: {} }],
  ['inherited', { roles: { __proto__: ['ponte:admin'] }, topics: 7 }],
])('rights that are %s are none', (_name, claims) => {
  expect(callerOfClaims({ sub: 'erp', ...claims }, WHERE)).toEqual({
    name: 'oidc:erp',
    roles: new Set(),
    topics: [],
    tenant: null,
    tenants: NO_TENANTS,
  });
});

test.each<[string, object]>([
  ['without a subject', { sub: undefined }],
  ['of an empty subject', { sub: '' }],
  ['of a subject with a line end', { sub: 'a\nb' }],
  ['of an overlong subject', { sub: 'a'.repeat(256) }],
  ['for a page, with a nonce', { nonce: 'x' }],
  ['for a page, with the hash of another', { at_hash: 'x' }],
  ['that calls itself an id token', { typ: 'ID' }],
  ['of a tenant that is no text', { tenant: ['acme'] }],
])('a token %s stands for nobody', (_name, changes) => {
  expect(callerOfClaims({ ...GOOD, ...changes }, WHERE)).toBeNull();
});

test.each<[unknown, boolean]>([
  ['at+jwt', true],
  ['application/at+JWT', true],
  ['JWT', true],
  [undefined, false],
  ['', false],
  ['dpop+jwt', false],
  ['logout+jwt', false],
  [['at+jwt'], false],
])('the type %j is one of access tokens: %s', (typ, expected) => {
  expect(isAccessTokenType(typ)).toBe(expected);
});
