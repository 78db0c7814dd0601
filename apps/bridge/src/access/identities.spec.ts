import { newApiKey, parseApiKey } from './api-key.js';
import { Identities, parseIdentities, textOf, type Identity } from './identities.js';
import { created, revoked, rotated } from './keys.js';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const REQUEST = {
  name: 'protheus',
  roles: ['produce'],
  topics: ['notas*'],
  tenant: null,
  validMs: null,
} as const;
const make = (validMs: number | null = null) => created([], { ...REQUEST, validMs }, 'root', NOW);
const fileOf = (entries: readonly Identity[]) => textOf(new Identities(entries));
const callerOf = (entries: readonly Identity[], text: string | null, at: number) => {
  const key = parseApiKey(text ?? '');
  return key === null ? null : parseIdentities(fileOf(entries)).callerOf(key, at);
};

test('a key that was made lets its caller in with its rights', () => {
  const { entries, text } = make();
  expect(callerOf(entries, text, NOW)).toMatchObject({
    name: 'protheus',
    roles: new Set(['produce']),
    topics: ['notas*'],
    tenant: null,
  });
  expect(fileOf(entries)).not.toContain(text?.split('.')[1]);
});

test('no key but a valid one does', () => {
  const { entries, text, id } = make(1_000);
  expect(callerOf(entries, text, NOW + 999)).not.toBeNull();
  expect(callerOf(entries, text, NOW + 1_000)).toBeNull();
  expect(callerOf(entries, newApiKey().text, NOW)).toBeNull();
  const other = parseApiKey(newApiKey().text)?.secret;
  expect(callerOf(entries, `ponte_${id}.${other}`, NOW)).toBeNull();
  expect(callerOf(revoked(entries, id, 'maria', NOW)?.entries ?? [], text, NOW)).toBeNull();
});

test('a key that is rotated has a successor with its rights, and ends after the overlap', () => {
  const old = make(10_000);
  const changed = rotated(old.entries, old.id, 'root', NOW + 5_000, 1_000);
  const entries = changed?.entries ?? [];
  expect(callerOf(entries, old.text, NOW + 5_999)).not.toBeNull();
  expect(callerOf(entries, old.text, NOW + 6_000)).toBeNull();
  expect(callerOf(entries, changed?.text ?? null, NOW + 14_999)).toMatchObject(
    callerOf(old.entries, old.text, NOW) ?? {},
  );
  expect(callerOf(entries, changed?.text ?? null, NOW + 15_000)).toBeNull();
});

test('the overlap makes no key valid for longer than it was', () => {
  const old = make(10_000);
  const entries = rotated(old.entries, old.id, 'root', NOW + 9_500, 60_000)?.entries ?? [];
  expect(callerOf(entries, old.text, NOW + 10_000)).toBeNull();
});

test('what is not there cannot be revoked or rotated, nor can what is revoked', () => {
  const { entries, id } = make();
  const without = revoked(entries, id, 'maria', NOW)?.entries ?? [];
  expect(revoked(without, id, 'maria', NOW)).toBeNull();
  expect(rotated(without, id, 'root', NOW, 1)).toBeNull();
  expect(revoked(entries, '0123456789abcdef', 'maria', NOW)).toBeNull();
});

describe('an identity of a certificate', () => {
  const issued = (certificate: string, validMs: number | null = null) =>
    created([], { ...REQUEST, validMs, certificate }, 'root', NOW).entries;
  const nameOf = (entries: readonly Identity[], names: readonly string[], at = NOW) => {
    const shown = { names: new Set(names), validFrom: NOW - 1_000, validTo: NOW + 2_000 };
    return parseIdentities(fileOf(entries)).ofCertificate(shown, at)?.caller.name ?? null;
  };

  test('is known by one exact name, while both are valid', () => {
    const entries = issued('CN=protheus', 1_000);
    expect(nameOf(entries, ['CN=other', 'CN=protheus'])).toBe('protheus');
    for (const name of ['CN=Protheus', 'CN=protheus ', 'DNS=protheus', 'CN=prot', ''])
      expect(nameOf(entries, [name])).toBeNull();
    expect(nameOf(entries, ['CN=protheus'], NOW + 999)).toBe('protheus');
    expect(nameOf(entries, ['CN=protheus'], NOW + 1_000)).toBeNull();
    const forever = issued('CN=protheus');
    expect(nameOf(forever, ['CN=protheus'], NOW + 1_999)).toBe('protheus');
    expect(nameOf(forever, ['CN=protheus'], NOW + 2_000)).toBeNull();
    expect(nameOf(forever, ['CN=protheus'], NOW - 1_001)).toBeNull();
    const [{ id } = { id: '' }] = forever;
    expect(nameOf(revoked(forever, id, 'maria', NOW)?.entries ?? [], ['CN=protheus'])).toBeNull();
    expect(rotated(forever, id, 'root', NOW, 1)).toBeNull();
  });

  test('is nobody where it could be two', () => {
    const both = [...issued('CN=a'), ...issued('DNS=a')];
    expect(nameOf(both, ['CN=a'])).toBe('protheus');
    expect(nameOf(both, ['CN=a', 'DNS=a'])).toBeNull();
  });

  test('lets nobody in by a key', () => {
    const [{ id } = { id: '' }] = issued('CN=a');
    const key = { id, secret: newApiKey().text.split('.')[1] ?? '' };
    expect(parseIdentities(fileOf(issued('CN=a'))).callerOf(key, NOW)).toBeNull();
  });
});

describe('a file that is not right is refused whole', () => {
  const [entry] = make().entries;
  const file = (changes: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ version: 1, identities: [{ ...entry, ...changes }] });

  test.each<[string, string]>([
    ['it is not JSON', '{'],
    ['version', '{"version":2,"identities":[]}'],
    ['version', '[]'],
    ['must be an object', '{"version":1,"identities":[1]}'],
    ['hash', file({ hash: 'x' })],
    ['either a hash or a certificate', file({ hash: null })],
    ['either a hash or a certificate', file({ certificate: 'CN=x' })],
    ['certificate is missing or not valid', file({ hash: null, certificate: 'x' })],
    ['roles', file({ roles: [] })],
    ['roles', file({ roles: ['root'] })],
    ['topics', file({ topics: ['a b'] })],
    ['topics', file({ topics: ['*a'] })],
    ['expires_at', file({ expires_at: 'tomorrow' })],
    ['revoked_at', file({ revoked_at: undefined })],
    ['name', file({ name: 'a\u0007b' })],
    ['not known', file({ admin: true })],
    ['twice', JSON.stringify({ version: 1, identities: [entry, entry] })],
  ])('%s', (reason, text) => {
    expect(() => parseIdentities(text)).toThrow(reason);
  });

  test('without a word of what stands in it', () => {
    expect(() => parseIdentities(file({ name: 'secret\u0000' }))).toThrow(/^identities\[0\]: name/);
  });
});
