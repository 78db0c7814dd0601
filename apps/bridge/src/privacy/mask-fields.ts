import { inspect } from 'node:util';
import { mask } from './mask.js';

/** Names that callers and the bridge have given; they are how a record is found again. */
const NAMES: ReadonlySet<string> = new Set(['messageId', 'message_id', 'requestId', 'head']);
const MAX_DEPTH = 6;

/** Every text within a value, however it is nested, masked. What lies too deep is left out. */
export function maskFields(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((one) => maskFields(one, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return mask(inspect(value, { depth: 2 }));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      mask(name),
      NAMES.has(name) && typeof one === 'string' ? one : maskFields(one, depth + 1),
    ]),
  );
}
