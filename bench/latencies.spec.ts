import { Latencies } from './latencies.js';

function of(values: readonly number[]): ReturnType<Latencies['figures']> {
  const latencies = new Latencies();
  for (const value of values) latencies.record(value);
  return latencies.figures();
}

describe('latencies', () => {
  it('have percentiles that are right to three digits', () => {
    const figures = of(Array.from({ length: 100_000 }, (_, index) => (index + 1) / 100));
    expect(figures.count).toBe(100_000);
    for (const [found, wanted] of [
      [figures.p50, 500],
      [figures.p99, 990],
      [figures.p999, 999],
      [figures.max, 1_000],
    ] as const) {
      expect(Math.abs(found / wanted - 1)).toBeLessThan(0.001);
    }
  });

  it('keep the few that are slow apart from the many', () => {
    const figures = of([...Array.from({ length: 997 }, () => 2), 5_000, 5_000, 5_000]);
    expect(figures.p99).toBeCloseTo(2, 2);
    expect(Math.round(figures.p999 / 100)).toBe(50);
  });

  it('take what lies outside as the bound, and are no number when there are none', () => {
    expect(of([0]).p50).toBe(0.001);
    expect(Math.round(of([1e9]).max / 1_000)).toBe(600);
    expect(of([])).toMatchObject({ count: 0, p50: Number.NaN, max: Number.NaN });
  });
});
