import { cellsOf, COMPARED_GOALS, judge, nameOf, type ComparedGoal } from './compared-goals.js';
import type { Measurement } from './measurement.js';

const [accepted] = COMPARED_GOALS as [ComparedGoal];
const answers = (count: number, ms = 1): Measurement => ({
  seconds: 1,
  latenciesMs: new Float64Array(count).fill(ms),
  recordsPerAnswer: 1,
  unexpected: {},
});

describe('the compared goals', () => {
  it('measure each cell once, baselines first', () => {
    const names = cellsOf(COMPARED_GOALS).map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const { own, baseline } of COMPARED_GOALS) {
      expect(names.indexOf(nameOf(baseline))).toBeLessThan(names.indexOf(nameOf(own)));
      expect(names).toContain(nameOf(own));
    }
  });

  it('compare rates, or medians of latencies, of one round', () => {
    const round = (own: Measurement, baseline: Measurement) =>
      new Map([
        [nameOf(accepted.own), own],
        [nameOf(accepted.baseline), baseline],
      ]);
    const rounds = [round(answers(30), answers(60)), round(answers(45, 6), answers(60, 4))];
    expect(judge(accepted, rounds).rounds).toEqual([0.5, 0.75]);
    expect(judge({ ...accepted, figure: 'p50' }, rounds).rounds).toEqual([1, 1.5]);
  });

  it('give no number for what was not measured', () => {
    expect(judge(accepted, [new Map()]).rounds).toEqual([Number.NaN]);
  });
});
