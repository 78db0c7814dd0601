import { RunTimeError } from '../run/faults.js';
import { AdvplDate, type Value } from '../run/values.js';

/** A column: `C` text, `N` number, `D` date, `L` logical, `M` memo. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: 'C' | 'N' | 'D' | 'L' | 'M';
  readonly size: number;
  readonly decimals: number;
}

export interface TableDefinition {
  readonly alias: string;
  readonly fields: readonly FieldDefinition[];
  /** Expressions such as `ZK_FILIAL+ZK_STATUS+DTOS(ZK_DTINC)`; the first one is order 1. */
  readonly indexes: readonly string[];
  /** X2_MODO: `C` for one set of rows for all branches, `E` for one set for each. */
  readonly mode: 'C' | 'E';
}

const COLUMN = /^(\w+) ([CNDLM])(\d*)(?:,(\d+))?$/;

/** A table by a short text, such as `F2_DOC C9, F2_VALBRUT N14,2, F2_EMISSAO D`: a comma and a blank between columns. */
export function tableOf(
  alias: string,
  columns: string,
  indexes: readonly string[],
  mode: 'C' | 'E' = 'E',
): TableDefinition {
  const fields = columns
    .split(/,\s+/)
    .map((column) => column.trim())
    .filter((column) => column !== '')
    .map((column): FieldDefinition => {
      const [, name, type, size, decimals] = COLUMN.exec(column) ?? [];
      if (name === undefined) throw new Error(`${column} is no column`);
      const sizes = { C: 0, N: 0, D: 8, L: 1, M: 10 };
      const kind = type as FieldDefinition['type'];
      return {
        name: name.toUpperCase(),
        type: kind,
        size: Number(size) || sizes[kind],
        decimals: Number(decimals ?? 0),
      };
    });
  return { alias, fields, indexes, mode };
}

export function blankOf({ type, size }: FieldDefinition): Value {
  switch (type) {
    case 'C':
      return ' '.repeat(size);
    case 'N':
      return 0;
    case 'D':
      return new AdvplDate('');
    case 'L':
      return false;
    case 'M':
      return '';
    default:
      throw new Error(`No type ${String(type)}`);
  }
}

/** A value as the column holds it: text is cut or filled up to its size. */
export function stored(field: FieldDefinition, value: Value): Value {
  const { name, type, size } = field;
  if (type === 'C' && typeof value === 'string') return value.slice(0, size).padEnd(size);
  if (type === 'M' && typeof value === 'string') return value;
  if (type === 'L' && typeof value === 'boolean') return value;
  if (type === 'D' && value instanceof AdvplDate) return value;
  if (type === 'N' && typeof value === 'number') return fitting(field, value);
  throw new RunTimeError(`type mismatch: ${name} is of type ${type}`);
}

function fitting({ name, size, decimals }: FieldDefinition, value: number): number {
  const text = value.toFixed(decimals);
  if (text.length > size) throw new RunTimeError(`${value} does not fit into ${name}`);
  return Number(text);
}
