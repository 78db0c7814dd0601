import { percentile } from './measurement.js';

/** A bound that somebody set beforehand. */
export interface Goal {
  readonly what: string;
  readonly bound: '≥' | '≤' | '<';
  readonly limit: number;
  readonly unit: 'percent' | 'times' | 'seconds' | 'megabytes' | 'records';
  /** What a percentage or a multiple is of; empty else. */
  readonly of: string;
}

/** With what each round came to, in the goal's unit; a share is 0 to 1. */
export interface Found {
  readonly goal: Goal;
  readonly rounds: readonly number[];
}

/** The median of the rounds decides; one that is no number reaches nothing. */
export function isReached({ goal: { bound, limit }, rounds }: Found): boolean {
  const found = median(rounds);
  switch (bound) {
    case '≥':
      return found >= limit;
    case '≤':
      return found <= limit;
    case '<':
      return found < limit;
    default: {
      const unknown: never = bound;
      throw new Error(`no such bound: ${String(unknown)}`);
    }
  }
}

/** As Markdown, a row for each goal. */
export function goalTable(all: readonly Found[]): string {
  const rows = all.map((one) => {
    const { goal, rounds } = one;
    const target = `${goal.bound} ${format(goal, goal.limit)}${goal.of === '' ? '' : ` ${goal.of}`}`;
    const range = [Math.min(...rounds), Math.max(...rounds)].map((value) => format(goal, value));
    const found = `${format(goal, median(rounds))} (${range.join('–')})`;
    return `| ${goal.what} | ${target} | ${found} | ${isReached(one) ? 'yes' : '**no**'} |`;
  });
  return ['| what | target | found | reached |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function median(values: readonly number[]): number {
  if (values.some((value) => Number.isNaN(value))) return Number.NaN;
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  );
}

function format({ unit }: Goal, value: number): string {
  switch (unit) {
    case 'percent':
      return `${Number((value * 100).toFixed(1))} %`;
    case 'times':
      return `${value.toFixed(2)} ×`;
    case 'seconds':
      return `${value.toFixed(1)} s`;
    case 'megabytes':
      return `${Math.round(value)} MB`;
    case 'records':
      return String(value);
    default: {
      const unknown: never = unit;
      throw new Error(`no such unit: ${String(unknown)}`);
    }
  }
}
