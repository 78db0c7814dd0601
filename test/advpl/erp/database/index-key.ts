import { AdvplDate, textOf, type Value } from '../run/values.js';
import type { TableDefinition } from './definition.js';

export type Values = readonly Value[];

const PART = /^(?:(\w+)|DTOS\((\w+)\)|STR\((\w+),(\d+)(?:,(\d+))?\))$/i;

/** The key of a row by an index expression: columns, `DTOS()` and `STR()` of columns, joined by `+`. */
export function indexKey(
  { fields }: TableDefinition,
  expression: string,
): (values: Values) => string {
  const parts = expression.split('+').map((part) => {
    const [, column, day, number, width, decimals] = PART.exec(part.trim()) ?? [];
    const name = (column ?? day ?? number ?? '').toUpperCase();
    const at = fields.findIndex((field) => field.name === name);
    if (at === -1) throw new Error(`${part} is no part of an index`);
    const text = (value: Value) =>
      number === undefined
        ? keyText(value)
        : Number(value)
            .toFixed(Number(decimals ?? 0))
            .padStart(Number(width));
    return (values: Values) => text(values[at]!);
  });
  return (values) => parts.map((part) => part(values)).join('');
}

function keyText(value: Value): string {
  if (value instanceof AdvplDate) return value.text.padEnd(8);
  return textOf(value);
}
