import { Allowance } from './allowance.js';

test('a second gives what may be used in a second, and no more is saved up', () => {
  const allowance = new Allowance(10, 0);
  allowance.use(9);
  expect(allowance.waitMs(0)).toBe(0);
  allowance.use(1);
  expect(allowance.waitMs(0)).toBe(100);
  expect(allowance.waitMs(100)).toBe(0);
  expect(allowance.waitMs(60_000)).toBe(0);
  allowance.use(10);
  expect(allowance.waitMs(60_000)).toBe(100);
});

test('a request that is larger than the allowance comes in, and is owed', () => {
  const allowance = new Allowance(10, 0);
  allowance.use(35);
  expect(allowance.waitMs(0)).toBe(2_600);
  expect(allowance.waitMs(2_600)).toBe(0);
});

test('another rate holds from now on', () => {
  const allowance = new Allowance(10, 0);
  allowance.use(20);
  allowance.setRate(100, 0);
  expect(allowance.waitMs(0)).toBe(110);
  const lowered = new Allowance(100, 0);
  lowered.setRate(1, 0);
  lowered.use(1);
  expect(lowered.waitMs(0)).toBe(1_000);
});
