import { isSecret, newApiKey, parseApiKey } from './api-key.js';

test('a new key is read back, and only its own secret fits its hash', () => {
  const { id, text, hash } = newApiKey();
  const key = parseApiKey(text);
  expect(key?.id).toBe(id);
  expect(isSecret(key?.secret ?? '', hash)).toBe(true);
  expect(isSecret(parseApiKey(newApiKey().text)?.secret ?? '', hash)).toBe(false);
  expect(isSecret(key?.secret ?? '', null)).toBe(false);
  expect(hash).not.toContain(key?.secret);
});

test('no two keys are the same', () => {
  const texts = Array.from({ length: 100 }, () => newApiKey().text);
  expect(new Set(texts).size).toBe(100);
});

test.each([
  '',
  'ponte_',
  'ponte_0123456789abcdef',
  'ponte_0123456789abcdef.',
  `ponte_0123456789ABCDEF.${'a'.repeat(43)}`,
  `ponte_0123456789abcdef.${'a'.repeat(42)}`,
  `ponte_0123456789abcdef.${'a'.repeat(44)}`,
  `ponte_0123456789abcdef.${'a'.repeat(42)}/`,
  ` ponte_0123456789abcdef.${'a'.repeat(43)}`,
  `ponte_0123456789abcdef.${'a'.repeat(43)}\n`,
])('%j is no key', (text) => {
  expect(parseApiKey(text)).toBeNull();
});
