import { goalTable, isReached, type Found, type Goal } from './goals.js';

const goal: Goal = { what: 'w', bound: '≥', limit: 0.6, unit: 'percent', of: 'of the echo' };
const found = (rounds: readonly number[], other: Partial<Goal> = {}): Found => {
  return { goal: { ...goal, ...other }, rounds };
};

describe('a goal', () => {
  it('is reached by the median of the rounds, not by the best', () => {
    expect(isReached(found([0.1, 0.59, 0.9]))).toBe(false);
    expect(isReached(found([0.1, 0.6, 0.7]))).toBe(true);
  });

  it('is a bound above or below, with or without the limit itself', () => {
    expect(isReached(found([2.5], { bound: '≤', limit: 2.5 }))).toBe(true);
    expect(isReached(found([2.6], { bound: '≤', limit: 2.5 }))).toBe(false);
    expect(isReached(found([3], { bound: '<', limit: 3 }))).toBe(false);
    expect(isReached(found([2.9], { bound: '<', limit: 3 }))).toBe(true);
  });

  it('is not reached by what was not measured', () => {
    for (const bound of ['≥', '≤', '<'] as const) {
      expect(isReached(found([1, Number.NaN, 1], { bound, limit: 1 }))).toBe(false);
    }
  });

  it('is a row with the range of the rounds', () => {
    const rows = goalTable([
      found([0.14, 0.12, 0.13]),
      found([1.2, 1.25, 1.3], { bound: '≤', limit: 1.3, unit: 'times', of: 'of a send' }),
      found([0, 0, 0], { bound: '≤', limit: 0, unit: 'records', of: '' }),
    ]).split('\n');
    expect(rows.slice(2)).toEqual([
      '| w | ≥ 60 % of the echo | 13 % (12 %–14 %) | **no** |',
      '| w | ≤ 1.30 × of a send | 1.25 × (1.20 ×–1.30 ×) | yes |',
      '| w | ≤ 0 | 0 (0–0) | yes |',
    ]);
  });
});
