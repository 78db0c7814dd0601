import type { Figures } from '../../support/oracle/figures.js';
import type { RowOutcome } from './run-row.js';

const COLUMNS = [
  'row',
  'fault',
  'times',
  'accepted',
  'delivered',
  'lost',
  'twice',
  'out of order',
  's without an accept',
  's to resume',
  'took',
  '',
] as const;

/** The outcomes as a Markdown table, with their sum in the last line. Pure. */
export function table(outcomes: readonly RowOutcome[]): string {
  const lines = outcomes.map((outcome) => cells(outcome));
  const rows = [COLUMNS, COLUMNS.map(() => '---'), ...lines, sum(outcomes)];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells({ row, report, faults, seconds }: RowOutcome): string[] {
  const figures = report?.figures ?? [];
  return [
    String(row.number),
    row.title,
    String(report?.injected ?? '-'),
    ...counts(figures),
    String(Math.max(0, ...figures.map((one) => one.secondsWithoutProgress))),
    String(report?.resumedAfter ?? '-'),
    `${seconds} s`,
    faults.length === 0 ? (report?.note ?? 'kept') : `BROKEN: ${faults[0]?.split('\n')[0] ?? ''}`,
  ];
}

function sum(outcomes: readonly RowOutcome[]): string[] {
  const figures = outcomes.flatMap(({ report }) => report?.figures ?? []);
  const times = outcomes.reduce((total, { report }) => total + (report?.injected ?? 0), 0);
  const took = outcomes.reduce((total, { seconds }) => total + seconds, 0);
  const broken = outcomes.filter(({ faults }) => faults.length > 0).length;
  const verdict = broken === 0 ? 'all kept' : `${broken} BROKEN`;
  return ['', 'all', String(times), ...counts(figures), '', '', `${took} s`, verdict];
}

function counts(figures: readonly Figures[]): string[] {
  const total = (of: (one: Figures) => number): string =>
    String(figures.reduce((all, one) => all + of(one), 0));
  return [
    total((one) => one.accepted),
    total((one) => one.delivered),
    total((one) => one.lost),
    total((one) => one.twice),
    total((one) => one.outOfOrder),
  ];
}
