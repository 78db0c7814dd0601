import { Failures } from './failures.js';

const times = (failures: Failures, count: number, address: string, now: number) =>
  Array.from({ length: count }, () => failures.note(address, now)).at(-1);

test('too many wrong keys from one address are told as that, until the window has passed', () => {
  const failures = new Failures();
  expect(times(failures, 20, 'a', 0)).toBeNull();
  expect(failures.note('a', 4_000)).toEqual({ waitS: 6, isFirst: true });
  expect(failures.note('a', 9_999)).toEqual({ waitS: 1, isFirst: false });
  expect(failures.note('b', 9_999)).toBeNull();
  expect(failures.note('a', 10_000)).toBeNull();
});

test('the addresses that are remembered are bounded', () => {
  const failures = new Failures();
  times(failures, 21, 'first', 0);
  for (let n = 0; n < 9_999; n++) failures.note(`address ${n}`, 0);
  expect(failures.note('first', 1)).not.toBeNull();
  failures.note('one more', 1);
  expect(failures.note('first', 1)).toBeNull();
});
