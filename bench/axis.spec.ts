import { linearAxis, logAxis } from './axis.js';

describe('an axis', () => {
  it('begins at nothing and has round ticks up to the highest value', () => {
    const { ticks, position } = linearAxis(4_321, 100);
    expect(ticks).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
    expect([0, 2_500, 5_000].map(position)).toEqual([0, 50, 100]);
    expect(linearAxis(70, 100).ticks).toEqual([0, 20, 40, 60, 80]);
  });

  it('of decades holds every value', () => {
    const { ticks, position } = logAxis([0.5, 30, 1_000], 80);
    expect(ticks).toEqual([0.1, 1, 10, 100, 1_000]);
    expect(position(0.1)).toBe(0);
    expect(position(10)).toBeCloseTo(40);
    expect(position(1_000)).toBe(80);
  });

  it('of one value is not of no length', () => {
    expect(logAxis([10], 80).ticks).toEqual([10, 100]);
    expect(linearAxis(0, 100).ticks).toHaveLength(2);
  });
});
