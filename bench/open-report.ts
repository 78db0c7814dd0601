import { chart, type Panel } from './chart.js';
import type { OpenMeasurement } from './open-loop.js';

/** One rate of one subject. */
export interface OpenCell {
  readonly subject: string;
  /** Starts a second. */
  readonly perSecond: number;
  /** Of what the closed loop came to, 0 to 1. */
  readonly share: number;
  readonly found: OpenMeasurement;
}

/** Above this the generator's own part of a latency is worth a remark. */
const LATE_MS = 5;

/** As Markdown. */
export function openTable(cells: readonly OpenCell[]): string {
  const head = [
    'what',
    'starts/s',
    'of the closed loop',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'late, p99 ms',
    '',
  ];
  const rows = cells.map(({ subject, perSecond, share, found }) => {
    const { p50, p99, p999 } = found.latency;
    // What was given up would have been the slowest.
    const bound = found.givenUp > 0 ? '> ' : '';
    return [
      subject,
      Math.round(perSecond).toLocaleString('en-GB'),
      `${Math.round(share * 100)} %`,
      ...[p50, p99, p999].map((ms) => bound + milliseconds(ms)),
      milliseconds(found.lateness.p99),
      remarks(found).join('; '),
    ];
  });
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(head), '| --- | --: | --: | --: | --: | --: | --: | --- |', ...rows.map(line)].join(
    '\n',
  );
}

function remarks({ givenUp, lateness, unexpected }: OpenMeasurement): string[] {
  return [
    ...(givenUp > 0 ? [`${givenUp} starts given up`] : []),
    ...(lateness.p99 > LATE_MS ? ['the generator did not keep up'] : []),
    ...Object.entries(unexpected).map(([what, count]) => `${count} with ${what}`),
  ];
}

/** A panel for each subject, a line for each percentile. */
export function openChart(cells: readonly OpenCell[]): string {
  const subjects = [...new Set(cells.map(({ subject }) => subject))];
  const panels = subjects.map((subject): Panel => {
    const own = cells.filter((cell) => cell.subject === subject);
    const line = (name: string, at: 'p50' | 'p99' | 'p999') => ({
      name,
      points: own.map(({ perSecond, found }) => ({ x: perSecond, y: found.latency[at] })),
    });
    return {
      title: subject,
      lines: [line('p50', 'p50'), line('p99', 'p99'), line('p99.9', 'p999')],
    };
  });
  return chart(panels, { x: 'starts a second', y: 'milliseconds from the intended start' });
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
