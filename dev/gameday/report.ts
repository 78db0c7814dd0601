import type { Books } from './books.js';
import type { Verdict } from './verdict.js';

/** One fault in the table; times in seconds. */
export interface Row {
  readonly fault: string;
  readonly alert: string;
  readonly firedAfter: number | null;
  /** Its time: when it must have fired. */
  readonly fires: number;
  /** What was done, in words and commands. */
  readonly steps: readonly string[];
  readonly clearedAfter: number | null;
  readonly verdict: Verdict;
}

const HEAD = [
  '| fault | alert | fired after | its time | cured by | cleared after | result |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];
const SHOWN = 5;

/** The table in Markdown. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ fault, alert, firedAfter, fires, steps, clearedAfter, verdict }) =>
    [
      fault,
      alert,
      seconds(firedAfter),
      `${Math.round(fires)} s`,
      steps.join('; '),
      seconds(clearedAfter),
      verdict.words,
    ]
      .map((cell) => cell.replaceAll('|', String.raw`\|`))
      .join(' | '),
  );
  return [...HEAD, ...lines.map((line) => `| ${line} |`)].join('\n');
}

/** What became of the records, in one line, with the first names of each kind that is wrong. */
export function accounts(records: number, books: Books): string {
  const wrong = Object.entries(books).filter(([, names]) => (names as string[]).length > 0);
  if (wrong.length === 0)
    return `All ${records} records that were accepted are in Kafka exactly once, as they were posted.`;
  const words = wrong.map(([kind, names]) => {
    const all = names as readonly string[];
    return `${all.length} ${kind} (${all.slice(0, SHOWN).join(', ')}${all.length > SHOWN ? ', …' : ''})`;
  });
  return `**FAILED**: of ${records} records that were accepted: ${words.join('; ')}.`;
}

function seconds(value: number | null): string {
  return value === null ? '-' : `${Math.round(value)} s`;
}
