import { expect, test } from '@jest/globals';
import { readOptions } from './options.js';

test('the real pace, and nothing is written, unless it is said', () => {
  expect(readOptions([])).toEqual({ pace: 1, write: false });
  expect(readOptions(['--write'])).toEqual({ pace: 1, write: true });
  expect(readOptions(['--pace', '20'])).toEqual({ pace: 20, write: false });
});

test.each([['0'], ['0.5'], ['21'], ['fast']])('a pace of %s is refused', (pace) => {
  expect(() => readOptions(['--pace', pace])).toThrow('from 1 to 20');
});

test('a rehearsal cannot be written down, nor is an unknown option let pass', () => {
  expect(() => readOptions(['--pace', '2', '--write'])).toThrow('--pace 1');
  expect(() => readOptions(['--fast'])).toThrow('--fast');
});
