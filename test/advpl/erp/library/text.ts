import { decodeUtf8, encodeUtf8, fromErpText, toErpText } from '../encoding.js';
import { RunTimeError } from '../run/faults.js';
import { AdvplDate, numberOf, textOf, typeOf, type Value } from '../run/values.js';
import { shownDate } from './dates.js';
import type { Functions } from './function.js';

/** Bytes that windows-1252 gives no letter. */
const NO_LETTERS = /[\x81\x8d\x8f\x90\x9d]/;
const UNTIL_BLANK = / +$/;

export const text: Functions = {
  AllTrim: (_, value) => textOf(value).replace(/^ +/, '').replace(UNTIL_BLANK, ''),
  RTrim: (_, value) => textOf(value).replace(UNTIL_BLANK, ''),
  Trim: (_, value) => textOf(value).replace(UNTIL_BLANK, ''),
  LTrim: (_, value) => textOf(value).replace(/^ +/, ''),
  PadR: (_, value, size, fill) => padded(value, size, fill, (t, n, f) => t.padEnd(n, f)),
  PadL: (_, value, size, fill) => padded(value, size, fill, (t, n, f) => t.padStart(n, f)),
  SubStr: (_, value, from, count) => subText(textOf(value), numberOf(from), count),
  Left: (_, value, count) => textOf(value).slice(0, Math.max(0, numberOf(count))),
  Right: (_, value, count) => {
    const size = numberOf(count);
    return size <= 0 ? '' : textOf(value).slice(-size);
  },
  At: (_, part, value) => textOf(value).indexOf(textOf(part)) + 1,
  Rat: (_, part, value) => textOf(value).lastIndexOf(textOf(part)) + 1,
  StrTran: (_, value, from, to) => textOf(value).replaceAll(textOf(from), () => textOf(to ?? '')),
  Upper: (_, value) => letters(value, (each) => each.toUpperCase()),
  Lower: (_, value) => letters(value, (each) => each.toLowerCase()),
  Len: (_, value) => {
    if (typeof value === 'string' || Array.isArray(value)) return value.length;
    throw new RunTimeError(`Len of a value of type ${typeOf(value)}`);
  },
  Replicate: (_, value, count) => textOf(value).repeat(Math.max(0, numberOf(count))),
  Space: (_, count) => ' '.repeat(Math.max(0, numberOf(count))),
  Chr: (_, code) => String.fromCharCode(numberOf(code)),
  Asc: (_, value) => textOf(value).charCodeAt(0) || 0,
  IsDigit: (_, value) => /^\d/.test(textOf(value)),
  IsAlpha: (_, value) => /^[a-z]/i.test(textOf(value)),
  Empty: (_, value) => isEmpty(value),
  Val: (_, value) => Number(/^\s*-?\d*\.?\d*/.exec(textOf(value))?.[0]) || 0,
  Str: (_, value, size, decimals) => numberText(numberOf(value), size, decimals),
  StrZero: (_, value, size, decimals) => {
    const [number, width] = [numberOf(value), numberOf(size)];
    const digits = Math.abs(number).toFixed(numberOf(decimals ?? 0));
    return number < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0');
  },
  cValToChar: (_, value) => plainText(value),
  StrTokArr: (_, value, separator) => pieces(value, separator).filter((each) => each !== ''),
  StrTokArr2: (_, value, separator, empty) =>
    pieces(value, separator).filter((each) => each !== '' || empty === true),
  EncodeUTF8: (_, value) => {
    const bytes = textOf(value);
    return NO_LETTERS.test(bytes) ? null : encodeUtf8(bytes);
  },
  DecodeUTF8: (_, value) => decodeUtf8(textOf(value)) ?? null,
  FwNoAccent: (_, value) =>
    toErpText(fromErpText(textOf(value)).normalize('NFD').replace(/\p{M}/gu, '')),
  Encode64: (_, value) => Buffer.from(textOf(value), 'latin1').toString('base64'),
  Decode64: (_, value) => Buffer.from(textOf(value), 'base64').toString('latin1'),
};

/** cValToChar() */
export function plainText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '.T.' : '.F.';
  return value instanceof AdvplDate ? shownDate(value) : '';
}

function padded(
  value: Value,
  size: Value,
  fill: Value,
  pad: (text: string, size: number, fill: string) => string,
): string {
  const width = numberOf(size);
  return pad(plainText(value), width, textOf(fill ?? ' ')).slice(0, width);
}

function subText(whole: string, from: number, count: Value): string {
  const start = from < 0 ? Math.max(0, whole.length + from) : Math.max(0, from - 1);
  return count === null ? whole.slice(start) : whole.slice(start, start + numberOf(count));
}

function letters(value: Value, change: (text: string) => string): string {
  // Letter by letter, since some letters' capitals are two.
  return Array.from(textOf(value), (each) => {
    const changed = toErpText(change(fromErpText(each)));
    return changed.length === 1 && changed !== '?' ? changed : each;
  }).join('');
}

function isEmpty(value: Value): boolean {
  if (value === null || value === false || value === 0) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (value instanceof AdvplDate) return value.text.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

function numberText(value: number, size: Value, decimals: Value): string {
  const width = size === null ? 10 : numberOf(size);
  const digits = value.toFixed(decimals === null ? 0 : numberOf(decimals));
  return digits.length > width ? '*'.repeat(width) : digits.padStart(width);
}

function pieces(value: Value, separator: Value): Value[] {
  return textOf(value).split(textOf(separator));
}
