import type { Area, Call, Expression } from '../../language/index.js';

/** The locks that are held, by the table's name as the source has it, with the line of each RecLock. */
export type Held = ReadonlyMap<string, number>;

export const NOTHING_HELD: Held = new Map();

/** Held on the one way or on the other. */
export function either(a: Held | null, b: Held | null): Held | null {
  if (a === null) return b;
  return b === null ? a : new Map([...a, ...b]);
}

export function withLock(held: Held, table: string, line: number): Held {
  return new Map([...held, [table, line]]);
}

export function without(held: Held, table: string): Held {
  return new Map([...held].filter(([name]) => name !== table));
}

/** RecLock's table, or null for another call. */
export function lockedBy({ key, args }: Call): string | null {
  const [table] = args;
  return key === 'RECLOCK' && table ? tableName(table) : null;
}

export function areaName(area: Area): string {
  return typeof area === 'string' ? area : tableName(area);
}

/** Two expressions of one text are one table. */
function tableName(expression: Expression): string {
  if (expression.kind === 'literal') return String(expression.value).toUpperCase();
  if (expression.kind === 'name') return `(${expression.key})`;
  return expression.kind === 'call' ? `(${expression.key}())` : `(${expression.kind})`;
}
