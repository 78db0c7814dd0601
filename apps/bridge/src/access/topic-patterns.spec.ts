import { common, commonOf, fits } from './topic-patterns.js';

test.each<[string, string, string | null]>([
  ['notas', 'notas', 'notas'],
  ['notas', 'notas2', null],
  ['notas-sp', 'notas-*', 'notas-sp'],
  ['notas-*', 'notas-sp-*', 'notas-sp-*'],
  ['*', 'notas-*', 'notas-*'],
  ['*', '*', '*'],
  ['a-*', 'b-*', null],
  ['notas', 'notas-*', null],
])('what fits %s and %s fits %s', (one, other, both) => {
  expect(common(one, other)).toBe(both);
  expect(common(other, one)).toBe(both);
});

test('of two lists, each with each', () => {
  expect(commonOf(['*', 'b'], ['a-*', 'b'])).toEqual(['a-*', 'b']);
  expect(commonOf(['c'], ['a-*', 'b'])).toEqual([]);
});

test('a star is one at the end only', () => {
  expect(fits('n*s', 'notas')).toBe(false);
  expect(fits('*', '')).toBe(true);
});
