import { signatures, type Signature } from './signature.js';
import { DICTIONARY, HTTP, JOBS, MVC, PARAMETERS, PROGRAM, TABLES, WINDOWS } from './system.js';
import { ARRAYS, DATES, NUMBERS, TEXT } from './values.js';

const PLAIN = [TEXT, NUMBERS, DATES, ARRAYS, TABLES, PARAMETERS, JOBS, PROGRAM, DICTIONARY, MVC];

const BY_NAME: ReadonlyMap<string, Signature> = new Map(
  [
    ...PLAIN.flatMap((counts) => signatures(counts)),
    ...signatures(WINDOWS, 'ui'),
    ...signatures(HTTP, 'http'),
  ].map((signature) => [signature.name.toUpperCase(), signature]),
);

/** What is known of a function of the ERP's library; undefined for one that nobody has entered. */
export function signatureOf(name: string): Signature | undefined {
  return BY_NAME.get(name.toUpperCase());
}

export { METHODS, PUBLICS } from './system.js';
export type { Effect, Signature } from './signature.js';
