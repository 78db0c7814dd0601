/** How a command ends. */
export const RESULT = {
  well: 0,
  toDo: 1,
  notDone: 2,
} as const;

/** What a command has to say: sentences for people, the same facts for scripts. */
export interface Report {
  readonly result: (typeof RESULT)[keyof typeof RESULT];
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Told while a command works; goes to standard error. */
export type Progress = (line: string) => void;

const MIB = 2 ** 20;
const GIB = 2 ** 30;

export function size(bytes: number): string {
  return bytes < GIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}

export function moment(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** `1 record`, `2 records`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

const SHOWN = 20;

/** The first of a list, and how many more there are. */
export function some(items: readonly string[]): readonly string[] {
  const shown = items.slice(0, SHOWN).map((item) => `  ${item}`);
  const more = items.length - SHOWN;
  return more > 0
    ? [...shown, `  and ${more.toLocaleString('en-US')} more (--json has them all)`]
    : shown;
}
