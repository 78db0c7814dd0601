import { Arrivals } from './arrivals.js';

describe('arrivals', () => {
  it('are spread evenly over the time, the first at its beginning', () => {
    const arrivals = new Arrivals(250, 2_000);
    expect(arrivals.total).toBe(500);
    expect([0, 1, 499].map((number) => arrivals.intendedAt(number))).toEqual([0, 4, 1_996]);
  });

  it('are due when their time has come, and none after the end', () => {
    const arrivals = new Arrivals(250, 2_000);
    expect([0, 3.9, 4, 1_000, 60_000].map((ms) => arrivals.dueBy(ms))).toEqual([1, 1, 2, 251, 500]);
  });

  it('do not drift, however long a look takes', () => {
    const arrivals = new Arrivals(3_333, 10_000);
    let begun = 0;
    for (let at = 0; begun < arrivals.total; at += 17.3) {
      for (const due = arrivals.dueBy(at); begun < due; begun++) {
        expect(arrivals.intendedAt(begun)).toBeLessThanOrEqual(at + 1e-6);
        expect(arrivals.intendedAt(begun)).toBeGreaterThan(at - 17.3 - 1e-6);
      }
    }
  });
});
