import { clusterBackoff, judge } from './retry-policy.js';

const rules = { maxAttempts: 5, initialMs: 300, multiplier: 2, maxMs: 30_000 };
const topicError = { scope: 'topic', retryable: true } as const;

describe('judge', () => {
  it.each(['cluster', 'partition'] as const)('counts no attempt for trouble of the %s', (scope) => {
    expect(judge({ scope, retryable: true }, 4, 0, rules, 0.5)).toEqual({ action: 'wait' });
  });

  it('waits 300 ms, 600 ms, 1.2 s, 2.4 s, then gives up at the fifth refusal', () => {
    const verdicts = [0, 1, 2, 3, 4].map((n) => judge(topicError, n, 1_000, rules, 0.5));
    expect(verdicts).toEqual([
      { action: 'reschedule', nextAt: 1_300 },
      { action: 'reschedule', nextAt: 1_600 },
      { action: 'reschedule', nextAt: 2_200 },
      { action: 'reschedule', nextAt: 3_400 },
      { action: 'bury' },
    ]);
  });

  it('gives up at once where another try cannot help', () => {
    expect(judge({ scope: 'record', retryable: false }, 0, 0, rules, 0.5)).toEqual({
      action: 'bury',
    });
  });

  it('never waits longer than the longest delay, jitter aside', () => {
    const many = { ...rules, maxAttempts: 100 };
    expect(judge(topicError, 50, 0, many, 0.5)).toEqual({ action: 'reschedule', nextAt: 30_000 });
  });

  it('spreads the delays by a tenth both ways', () => {
    expect(judge(topicError, 0, 0, rules, 0)).toEqual({ action: 'reschedule', nextAt: 270 });
    expect(judge(topicError, 0, 0, rules, 0.999)).toEqual({ action: 'reschedule', nextAt: 330 });
  });
});

describe('clusterBackoff', () => {
  it('grows to five seconds and no further', () => {
    expect(clusterBackoff(0, 1)).toBe(200);
    expect(clusterBackoff(3, 1)).toBe(1_600);
    expect(clusterBackoff(60, 1)).toBe(5_000);
    expect(clusterBackoff(60, 0)).toBe(2_500);
  });
});
