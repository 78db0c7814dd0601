import { Repeats } from './repeats.js';

test('of one kind the first in ten seconds is told, with how many were not', () => {
  const repeats = new Repeats();
  expect(repeats.note('a', 0)).toBe(0);
  expect(repeats.note('b', 1)).toBe(0);
  expect([repeats.note('a', 1), repeats.note('a', 9_999)]).toEqual([null, null]);
  expect(repeats.note('a', 10_000)).toBe(2);
  expect(repeats.note('a', 10_001)).toBeNull();
  expect(repeats.note('a', 20_000)).toBe(1);
  expect(repeats.note('a', 30_000)).toBe(0);
});
