/** What is measured; `rates` when nothing is asked for. */
export const KINDS = [
  'rates',
  'targets',
  'open',
  'sizes',
  'compression',
  'postgres',
  'backlog',
  'profile',
  'instances',
  'access',
] as const;

export type Kind = (typeof KINDS)[number];

export interface BenchOptions {
  /** What is measured, one after the other: several only in a hurry. */
  readonly kinds: readonly Kind[];
  /** Short cells, one round: to see that everything works, not to quote. */
  readonly quick: boolean;
  /** Put what was found into the documents. */
  readonly write: boolean;
  /** How many records wait in a deep backlog; null: as many as the kind has by itself. */
  readonly rows: number | null;
}

/** What `--quick` alone runs. The deep backlog is a part of the targets; compression starts six bridges more. */
const ALL_QUICK: readonly Kind[] = ['rates', 'targets', 'open', 'sizes', 'postgres'];
const QUICK_KINDS: readonly Kind[] = [...ALL_QUICK, 'backlog', 'compression'];
const ROWS_KINDS: readonly Kind[] = ['targets', 'backlog'];
/** The deep backlog posts lists of this many. */
const ROWS_STEP = 500;

/** @throws Error that names what is not known or does not go together. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { flags, rows } = withoutRows(args);
  const names = ['--quick', '--write', '--rows', ...KINDS.map((kind) => `--${kind}`)];
  const unknown = flags.filter((flag) => !names.includes(flag));
  if (unknown.length > 0) {
    throw new Error(`Unknown: ${unknown.join(' ')}. There are ${names.join(', ')}.`);
  }
  const named = KINDS.filter((kind) => flags.includes(`--${kind}`));
  if (named.length > 1) {
    throw new Error(`--${named.join(', --')} are different things: ask for one of them.`);
  }
  const [quick, write] = [flags.includes('--quick'), flags.includes('--write')];
  if (quick && write) throw new Error('--quick is too short to be written down.');
  if (quick && named.some((kind) => !QUICK_KINDS.includes(kind))) {
    throw new Error(`--${named.join()} has no --quick.`);
  }
  if (rows !== null && !named.some((kind) => ROWS_KINDS.includes(kind))) {
    throw new Error('--rows is for --targets and --backlog.');
  }
  const byDefault: readonly Kind[] = quick ? ALL_QUICK : ['rates'];
  return { kinds: named.length > 0 ? named : byDefault, quick, write, rows };
}

function withoutRows(args: readonly string[]): {
  readonly flags: readonly string[];
  readonly rows: number | null;
} {
  const at = args.indexOf('--rows');
  if (at < 0) return { flags: args, rows: null };
  const rows = Number(args[at + 1]);
  if (!Number.isSafeInteger(rows) || rows <= 0 || rows % ROWS_STEP !== 0) {
    throw new Error(`--rows wants a number of records, a multiple of ${ROWS_STEP}.`);
  }
  return { flags: args.toSpliced(at, 2), rows };
}
