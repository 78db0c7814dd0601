import { ValidateBy } from 'class-validator';
import { isLoopback } from './loopback.js';
import { parseClaim, parseDuration, parseFreeDisk, parsePointer, parseSize } from './units.js';

/*
 * The forms that a variable may have. Values are checked as the text that the operator wrote; `environment.ts`
 * turns them into numbers once all of them are known to be right.
 */

type Rule = (text: string) => boolean;

/** A rule on one variable: `reason` tells what would be right. */
export function Must(reason: string, rule: Rule): PropertyDecorator {
  return ValidateBy({
    name: reason,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && rule(value),
      defaultMessage: () => reason,
    },
  });
}

const whole = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);
const within = (value: number | null, min: number, max: number): boolean =>
  value !== null && value >= min && value <= max;

export const IsWhole = (min: number, max: number): PropertyDecorator =>
  Must(`must be a whole number from ${min} to ${max}`, (text) => within(whole(text), min, max));

export const IsNumber = (min: number, max: number): PropertyDecorator =>
  Must(
    `must be a number from ${min} to ${max}`,
    (text) => /^\d+(\.\d+)?$/.test(text) && within(Number(text), min, max),
  );

export const IsSize = (min: number, max: number, range: string): PropertyDecorator =>
  Must(`must be bytes, or a number with KiB, MiB or GiB, ${range}`, (text) =>
    within(parseSize(text), min, max),
  );

export const IsFreeDisk = (): PropertyDecorator =>
  Must(
    'must be a percentage such as "5 %", or a size such as "2 GiB"',
    (text) => parseFreeDisk(text) !== null,
  );

export const IsDuration = (): PropertyDecorator =>
  Must('must be a time such as 7d, 12h, 30m, 45s or 300ms, at least 1s', (text) =>
    within(parseDuration(text), 1_000, Number.MAX_SAFE_INTEGER),
  );

export const IsOneOf = (...values: readonly string[]): PropertyDecorator =>
  Must(`must be ${listed(values)}`, (text) => values.includes(text));

export const IsPointer = (): PropertyDecorator =>
  Must(
    'must be a JSON pointer such as /data/chave',
    (text) => text === '' || parsePointer(text) !== null,
  );

export const IsClaim = (): PropertyDecorator =>
  Must(
    'must be the name of a claim, or a JSON pointer such as /resource_access/ponte/roles',
    (text) => parseClaim(text) !== null,
  );

export const IsPem = (name: string): PropertyDecorator =>
  Must(
    `must be PEM text; to name a file, set ${name}_FILE`,
    (text) => text === '' || text.includes('-----BEGIN '),
  );

/** A secret goes there: encrypted, or not beyond this machine. */
export const IsTokenUrl = (): PropertyDecorator =>
  Must(
    'must be an https URL, or http on a loopback address, without user name and password',
    (text) => text === '' || isTokenUrl(text),
  );

function isTokenUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return isSafe && username === '' && password === '';
}

function listed(values: readonly string[]): string {
  return values.length < 2
    ? values.join('')
    : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
