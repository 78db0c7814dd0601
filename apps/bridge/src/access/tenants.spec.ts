import { faultOfTenants, Tenants, withoutTenant, withTenant } from './tenants.js';
import { Identities, parseIdentities, textOf } from './identities.js';

const acme = { name: 'acme', topics: ['acme-*', 'notas'] };
const beta = { name: 'beta', topics: ['beta-*'] };

test('a topic is of the tenant in whose namespace it is', () => {
  const tenants = new Tenants([acme, beta]);
  const owners = ['acme-1', 'notas', 'beta-', 'notas2', 'other'].map((topic) =>
    tenants.ownerOf(topic),
  );
  expect(owners).toEqual(['acme', 'acme', 'beta', '', '']);
  expect(new Tenants([]).ownerOf('acme-1')).toBe('');
});

test.each([
  ['a topic of a beginning', { name: 'c', topics: ['acme-notas'] }],
  ['a shorter beginning', { name: 'c', topics: ['ac*'] }],
  ['the same topic', { name: 'c', topics: ['notas'] }],
  ['everything', { name: 'c', topics: ['*'] }],
])('no two tenants share %s', (_, tenant) => {
  expect(faultOfTenants([acme, beta, tenant])).toMatch('overlap');
});

test('the topics of one may overlap each other', () => {
  expect(faultOfTenants([{ name: 'a', topics: ['a-*', 'a-b'] }, beta])).toBeNull();
  expect(faultOfTenants([acme, acme])).toMatch('twice');
  const many = Array.from({ length: 201 }, (_, n) => ({ name: `t${n}`, topics: [`t${n}`] }));
  expect(faultOfTenants(many)).toMatch('more than 200');
});

test('one is changed in place of what it was', () => {
  const changed = withTenant(new Tenants([acme, beta]), { name: 'acme', topics: ['x'] });
  expect(changed.ownerOf('x')).toBe('acme');
  expect(changed.ownerOf('notas')).toBe('');
  expect(withoutTenant(changed, 'acme', 'ana').entries).toEqual([beta]);
});

test('it is known who has taken one away, also from the file, until there is one of its name again', () => {
  const without = withoutTenant(new Tenants([acme, beta]), 'acme', 'ana');
  const read = parseIdentities(textOf(new Identities([], without))).tenants;
  expect([read.removedBy('acme'), read.removedBy('beta')]).toEqual(['ana', null]);
  expect(withoutTenant(withoutTenant(read, 'acme', 'rui'), 'acme', 'eva').removed).toHaveLength(1);
  expect(withTenant(read, acme).removedBy('acme')).toBeNull();
  const wrong = textOf(new Identities([], without)).replace('"ana"', '1');
  expect(() => parseIdentities(wrong)).toThrow('removed_tenants[0]: removed_by');
});

const fileOf = (tenants: unknown): string =>
  JSON.stringify({ version: 1, identities: [], tenants });

test.each([
  [{}, 'tenants must be a list'],
  [[{ name: 'A', topics: ['a'] }], 'tenants[0]: name'],
  [[{ name: 'a', topics: [] }], 'tenants[0]: topics'],
  [[{ name: 'a', topics: ['a*b'] }], 'tenants[0]: topics'],
  [[{ name: 'a', topics: ['a'], queued_rows: 0 }], 'tenants[0]: queued_rows'],
  [[{ name: 'a', topics: ['a'], rows: 1 }], 'not known'],
  [
    [
      { name: 'a', topics: ['a'] },
      { name: 'b', topics: ['a'] },
    ],
    'overlap',
  ],
])('a file with %j is refused', (tenants, fault) => {
  expect(() => parseIdentities(fileOf(tenants))).toThrow(fault);
});

test('a file of before there were tenants is taken', () => {
  expect(parseIdentities('{"version":1,"identities":[]}').tenants.entries).toEqual([]);
});
