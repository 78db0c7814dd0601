/** What a function of the ERP's library does that is not allowed everywhere. */
export type Effect = 'http' | 'ui';

export interface Signature {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly effect: Effect | null;
}

/** By name: how few and how many arguments. */
export type Counts = Readonly<Record<string, readonly [least: number, most: number]>>;

export function signatures(counts: Counts, effect: Effect | null = null): readonly Signature[] {
  return Object.entries(counts).map(([name, [least, most]]) => ({ name, least, most, effect }));
}
