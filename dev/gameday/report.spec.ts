import { expect, test } from '@jest/globals';
import { accounts, table, type Row } from './report.js';

const ROW: Row = {
  fault: 'a | b',
  alert: 'PonteOne',
  firedAfter: 61.4,
  fires: 100,
  steps: ['start it', '`npm start`'],
  clearedAfter: null,
  verdict: { well: false, words: '**FAILED**: it did not clear' },
};

test('a row has its times in seconds, and what did not happen as a dash', () => {
  expect(table([ROW]).split('\n').at(-1)).toBe(
    String.raw`| a \| b | PonteOne | 61 s | 100 s | start it; ${'`npm start`'} | - | **FAILED**: it did not clear |`,
  );
});

test('the accounts say that all is there, or the first names of what is not', () => {
  const none = { lost: [], dead: [], doubled: [], changed: [], strange: [] };
  expect(accounts(7, none)).toBe(
    'All 7 records that were accepted are in Kafka exactly once, as they were posted.',
  );
  const lost = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(accounts(7, { ...none, lost, doubled: ['x'] })).toBe(
    '**FAILED**: of 7 records that were accepted: 6 lost (a, b, c, d, e, …); 1 doubled (x).',
  );
});
