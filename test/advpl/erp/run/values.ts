import type { CodeBlock } from '../../../../dev/advpl/language/index.js';
import { RunTimeError } from './faults.js';
import type { Frame } from './frame.js';
import type { Steps } from './steps.js';

/** A day; empty as a field of type D may be. */
export class AdvplDate {
  /** @param text `yyyymmdd`, or empty */
  constructor(readonly text: string) {}

  static ofDay(day: number): AdvplDate {
    return new AdvplDate(new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''));
  }

  /** Days since 1970. */
  get day(): number {
    const { text } = this;
    if (text === '') return 0;
    return Date.UTC(+text.slice(0, 4), +text.slice(4, 6) - 1, +text.slice(6, 8)) / DAY_MS;
  }
}

const DAY_MS = 86_400_000;

/** An object of a class of the ERP's library. */
export interface AdvplObject {
  readonly className: string;
  /** The methods that this release of the library has, in upper case. */
  readonly methods: ReadonlySet<string>;
  get(property: string): Value;
  set(property: string, value: Value): void;
  call(method: string, args: readonly Value[]): Value | Steps<Value>;
}

/** A code block with the variables that it sees. */
export class Closure {
  constructor(
    readonly block: CodeBlock,
    readonly frame: Frame,
  ) {}
}

/** Text holds a character for each windows-1252 byte. Nil is null. */
export type Value = null | number | string | boolean | AdvplDate | Value[] | Closure | AdvplObject;

export type ValueType = 'U' | 'N' | 'C' | 'L' | 'D' | 'A' | 'B' | 'O' | 'J';

/** ValType() */
export function typeOf(value: Value): ValueType {
  if (value === null) return 'U';
  if (typeof value === 'number') return 'N';
  if (typeof value === 'string') return 'C';
  if (typeof value === 'boolean') return 'L';
  if (value instanceof AdvplDate) return 'D';
  if (Array.isArray(value)) return 'A';
  if (value instanceof Closure) return 'B';
  return value.className === 'JSONOBJECT' ? 'J' : 'O';
}

export function isObject(value: Value): value is AdvplObject {
  return value !== null && (typeOf(value) === 'O' || typeOf(value) === 'J');
}

function mismatch(expected: ValueType, value: Value): RunTimeError {
  return new RunTimeError(`type mismatch: ${expected} is expected, not ${typeOf(value)}`);
}

export function textOf(value: Value): string {
  if (typeof value !== 'string') throw mismatch('C', value);
  return value;
}

export function numberOf(value: Value): number {
  if (typeof value !== 'number') throw mismatch('N', value);
  return value;
}

export function logicalOf(value: Value): boolean {
  if (typeof value !== 'boolean') throw mismatch('L', value);
  return value;
}

export function dateOf(value: Value): AdvplDate {
  if (!(value instanceof AdvplDate)) throw mismatch('D', value);
  return value;
}

export function arrayOf(value: Value): Value[] {
  if (!Array.isArray(value)) throw mismatch('A', value);
  return value;
}

export function blockOf(value: Value): Closure {
  if (!(value instanceof Closure)) throw mismatch('B', value);
  return value;
}
