import { isAccessKey, isCard, isCnpj, isCpf } from './check-digits.js';
import {
  isCapital,
  isDigit,
  isOfAddress,
  isWord,
  readDigits,
  readLayout,
  type Layout,
} from './letters.js';

/** Something personal: where it is, and what is shown in its place. */
export interface Personal {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
  /** Whose it is, where that can be known: one text for all the ways in which it is written. */
  readonly subject?: Subject;
}

export interface Subject {
  readonly kind: 'cpf' | 'cnpj' | 'email';
  readonly name: string;
}

type Finder = (text: string, at: number) => Personal | null;

const CPF: Layout = { sizes: [3, 3, 3, 2], between: ['.', '.', '-'], isPart: isDigit };
const CNPJ: Layout = { sizes: [2, 3, 3, 4, 2], between: ['.', '.', '/', '-'], isPart: isDigit };
const NEW_CNPJ: Layout = { ...CNPJ, isPart: isCapital };
const FOURS = Array<number>(11).fill(4);
/** As a document prints it, in groups of four. */
const ACCESS_KEY: Layout = { sizes: FOURS, between: FOURS.map(() => ' '), isPart: isCapital };

/** Fourteen digits that are a moment to the second; the first branch of a company, 0001, is none. */
const MOMENT =
  /^20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!0001)(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;

const cpf: Finder = (text, start) => {
  const found = readLayout(text, start, CPF);
  if (found === null || !isCpf(found.text)) return null;
  const { text: digits, end } = found;
  if (end - start === digits.length && isFraction(text, start)) return null;
  const shown = `***.${digits.slice(3, 6)}.${digits.slice(6, 9)}-**`;
  return { start, end, shown, subject: { kind: 'cpf', name: digits } };
};

const cnpj: Finder = (text, start) => {
  const found = readLayout(text, start, CNPJ) ?? newCnpj(text, start);
  if (found === null || !isCnpj(found.text)) return null;
  const { text: signs, end } = found;
  if (end - start === signs.length && MOMENT.test(signs)) return null;
  const shown = `${signs.slice(0, 2)}.***.***/${signs.slice(8, 12)}-**`;
  return { start, end, shown, subject: { kind: 'cnpj', name: signs } };
};

function newCnpj(
  text: string,
  start: number,
): { readonly text: string; readonly end: number } | null {
  const found = isWord(text.charCodeAt(start - 1)) ? null : readLayout(text, start, NEW_CNPJ);
  if (found === null || isWord(text.charCodeAt(found.end))) return null;
  return /\d\d$/.test(found.text) ? found : null;
}

const accessKey: Finder = (text, start) => {
  const found = readLayout(text, start, ACCESS_KEY);
  if (found === null || !isAccessKey(found.text)) return null;
  const { text: key, end } = found;
  const shown = `${key.slice(0, 6)}${'*'.repeat(34)}${key.slice(40)}`;
  return { start, end, shown, subject: issuerOf(key.slice(6, 20)) };
};

/** A company, or a person, whose CPF has three zeros before it there. */
function issuerOf(text: string): Subject {
  const isPerson = /^000\d{11}$/.test(text) && isCpf(text.slice(3));
  return isPerson ? { kind: 'cpf', name: text.slice(3) } : { kind: 'cnpj', name: text };
}

/** Sixteen digits in four groups; without the groups too many other numbers would be taken for one. */
const card: Finder = (text, start) => {
  const between = text[start + 4] ?? '';
  if (between !== ' ' && between !== '-') return null;
  const layout = { sizes: [4, 4, 4, 4], between: [between, between, between], isPart: isDigit };
  const found = readLayout(text, start, layout);
  if (found === null || found.end - start !== 19 || !isCard(found.text)) return null;
  return { start, end: found.end, shown: `**** **** **** ${found.text.slice(12)}` };
};

/** `+55 11 98765-4321`, `(11) 98765-4321`, `11 98765-4321`; digits alone are any number's. */
const phone: Finder = (text, start) => {
  const end = endOfPhone(text, start);
  if (end === null) return null;
  const number = text.slice(start, end);
  return { start, end, shown: number.slice(0, -2).replaceAll(/\d/g, '*') + number.slice(-2) };
};

const AREA = /^\((?:0?[1-9][1-9])\) ?/;
const LOCAL = /^[1-9][1-9] (?:9\d{4}|[2-5]\d{3})-\d{4}(?!\d)/;

function endOfPhone(text: string, start: number): number | null {
  const first = text.charAt(start);
  if (first === '+') {
    if (!text.startsWith('55', start + 1)) return null;
    return readDigits(text, start + 1, ' .-()', [12, 13])?.end ?? null;
  }
  if (first === '(') {
    const [area] = AREA.exec(text.slice(start, start + 6)) ?? [];
    if (area === undefined) return null;
    return readDigits(text, start + area.length, ' .-', [8, 9])?.end ?? null;
  }
  const [number] = LOCAL.exec(text.slice(start, start + 16)) ?? [];
  return number === undefined ? null : start + number.length;
}

const LOCAL_PART_MAX = 64;
const DOMAIN_MAX = 253;

/** By its `@`. @param from no further back than here. */
export function email(text: string, at: number, from: number): Personal | null {
  let start = at;
  while (start > Math.max(from, at - LOCAL_PART_MAX) && isOfAddress(text.charCodeAt(start - 1)))
    start -= 1;
  let end = at + 1;
  while (end < text.length && end - at <= DOMAIN_MAX && isOfAddress(text.charCodeAt(end))) end += 1;
  while (end > at + 1 && !isWord(text.charCodeAt(end - 1)) && text.charCodeAt(end - 1) <= 127)
    end -= 1;
  const top = text.slice(at + 1, end).lastIndexOf('.');
  if (start === at || top < 1 || end - (at + 1 + top) < 3) return null;
  const shown = `${text.charAt(start)}***@***${text.slice(at + 1 + top, end)}`;
  const name = text.slice(start, end).toLowerCase();
  return { start, end, shown, subject: { kind: 'email', name } };
}

/** In this order: the longer ones would be taken for the shorter ones. */
const OF_NUMBERS: readonly Finder[] = [accessKey, card, cnpj, cpf, phone];

/** What begins here. */
export function personalAt(text: string, at: number): Personal | null {
  for (const find of OF_NUMBERS) {
    const found = find(text, at);
    if (found !== null) return found;
  }
  return null;
}

export function phoneAt(text: string, at: number): Personal | null {
  return phone(text, at);
}

/** Whether digits are those behind the point of a number. */
function isFraction(text: string, start: number): boolean {
  return text[start - 1] === '.' && isDigit(text.charCodeAt(start - 2));
}
