import { figuresOf, merge, percentile } from './measurement.js';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe('percentile', () => {
  it('is a value that was measured', () => {
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile([1, 2, 3], 50)).toBe(2);
    expect(percentile([1, 2], 99)).toBe(2);
  });

  it('of one value is that value, of none is not a number', () => {
    expect(percentile([7], 1)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
  });
});

describe('the figures of a cell', () => {
  it('count what came to its end, in numeric order', () => {
    const latenciesMs = Float64Array.from([100, 9, 20, 3]);
    const figures = { p50: 9, p99: 100 };
    const cell = { seconds: 2, latenciesMs, unexpected: {} };
    expect(figuresOf({ ...cell, recordsPerAnswer: 1 })).toEqual({ ...figures, perSecond: 2 });
    expect(figuresOf({ ...cell, recordsPerAnswer: 100 })).toEqual({ ...figures, perSecond: 200 });
  });

  it('of several rounds are those of all their records and all their time', () => {
    const merged = merge([
      {
        seconds: 1,
        latenciesMs: Float64Array.of(1, 2),
        recordsPerAnswer: 1,
        unexpected: { '503': 1 },
      },
      {
        seconds: 3,
        latenciesMs: Float64Array.of(3),
        recordsPerAnswer: 1,
        unexpected: { '503': 2, '201': 1 },
      },
    ]);
    expect(merged.seconds).toBe(4);
    expect([...merged.latenciesMs]).toEqual([1, 2, 3]);
    expect(merged.unexpected).toEqual({ '503': 3, '201': 1 });
  });
});
