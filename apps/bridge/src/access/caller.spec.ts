import { ANONYMOUS, mayUse } from './caller.js';

test.each<[readonly string[], string, boolean]>([
  [['notas'], 'notas', true],
  [['notas'], 'notas2', false],
  [['notas'], 'Notas', false],
  [['notas*'], 'notas', true],
  [['notas*'], 'notas-sp', true],
  [['notas*'], 'outras-notas', false],
  [['a', 'b*'], 'bc', true],
  [['*'], 'anything', true],
  [[], 'notas', false],
  // Nothing but a * at the end is a pattern.
  [['no.as'], 'notas', false],
  [['n*s'], 'notas', false],
])('%j may use %s: %p', (topics, topic, may) => {
  expect(mayUse({ topics }, topic)).toBe(may);
});

test('who is not known may everything while nobody is', () => {
  expect(mayUse(ANONYMOUS, 'x')).toBe(true);
  expect([...ANONYMOUS.roles]).toEqual(['produce', 'read', 'replay', 'reveal', 'admin']);
});
