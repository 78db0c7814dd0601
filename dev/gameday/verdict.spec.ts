import { describe, expect, test } from '@jest/globals';
import { clearsWithin, firesWithin, judge, RECOVERY_SECONDS, SLACK_SECONDS } from './verdict.js';

const RULE = { holds: 60, window: 900, scrape: 15, evaluation: 15 };
const GOOD = { firedAfter: 70, clearedAfter: 20, cureFault: null, lookFault: null, others: [] };

describe('the time of an alert', () => {
  test('to fire is what the rule holds, what the bridge takes to see it, a scrape and an evaluation', () => {
    expect(firesWithin(RULE, 10)).toBe(100 + SLACK_SECONDS);
  });

  test('to clear is what the rule looks back over, a scrape and an evaluation', () => {
    expect(clearsWithin(RULE)).toBe(930 + RECOVERY_SECONDS);
  });
});

describe('the verdict', () => {
  test('is well when it fired, was cured and cleared, and says what came along', () => {
    expect(judge(GOOD, [])).toEqual({ well: true, words: 'well' });
    expect(judge({ ...GOOD, others: ['PonteB'] }, ['PonteB'])).toEqual({
      well: true,
      words: 'well; also: PonteB',
    });
  });

  test.each([
    ['it did not fire within its time', { firedAfter: null, clearedAfter: null }],
    ['it did not clear', { clearedAfter: null }],
    ['npm start ended with 1', { cureFault: 'npm start ended with 1' }],
    ['the look does not show it', { lookFault: 'the look does not show it' }],
    ['fired unexpectedly: PonteC', { others: ['PonteB', 'PonteC'] }],
  ])('is a failure when %s', (words, change) => {
    expect(judge({ ...GOOD, ...change }, ['PonteB'])).toEqual({
      well: false,
      words: `**FAILED**: ${words}`,
    });
  });
});
