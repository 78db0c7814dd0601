/** Where values lie along a line of so many pixels from 0. */
export interface Axis {
  readonly ticks: readonly number[];
  readonly position: (value: number) => number;
}

const STEPS = [1, 2, 2.5, 5, 10];
const TICKS = 5;

/** From nothing to at least the highest, with round ticks. */
export function linearAxis(highest: number, pixels: number): Axis {
  const wanted = highest > 0 ? highest / TICKS : 1;
  const decade = 10 ** Math.floor(Math.log10(wanted));
  const step = decade * (STEPS.find((one) => one * decade >= wanted) ?? 10);
  const count = Math.ceil(highest / step);
  const end = Math.max(1, count) * step;
  return {
    ticks: Array.from({ length: Math.max(1, count) + 1 }, (_, index) => index * step),
    position: (value) => (value / end) * pixels,
  };
}

/** Whole decades around all values, which are above 0. */
export function logAxis(values: readonly number[], pixels: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => Number(`1e${low + index}`)),
    position: (value) => ((Math.log10(value) - low) / (high - low)) * pixels,
  };
}
