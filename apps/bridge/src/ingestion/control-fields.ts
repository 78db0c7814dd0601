import { ProblemError } from '../problem/index.js';

const KEY_MAX_BYTES = 4 * 2 ** 10;
const HEADERS_MAX = 64;
const HEADERS_MAX_BYTES = 16 * 2 ** 10;
const HEADER_NAME_MAX = 256;
const YEAR_MS = 366 * 86_400_000;
const INT32_MAX = 2 ** 31 - 1;
/** Headers that the bridge writes itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['message-id', 'source', 'content-type']);
/** Half of a surrogate pair has no UTF-8: it would be stored as U+FFFD. */
const LONE_SURROGATE = /\p{Cs}/u;

/** A header as the caller gave it, its value in the bytes that Kafka will have. */
export interface GivenHeader {
  readonly name: string;
  readonly value: Buffer;
}

/**
 * `null` and absent are the same: no key. An empty string is a key.
 * @throws ProblemError `invalid_key`.
 */
export function readKey(value: unknown): Buffer | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new ProblemError('invalid_key', 'key must be a string');
  if (LONE_SURROGATE.test(value)) throw new ProblemError('invalid_key', 'key is not valid Unicode');
  return checkedKey(Buffer.from(value, 'utf8'));
}

/** @throws ProblemError `invalid_key`. */
export function checkedKey(key: Buffer): Buffer {
  if (key.length > KEY_MAX_BYTES) {
    throw new ProblemError('invalid_key', `key is longer than ${KEY_MAX_BYTES} bytes`);
  }
  return key;
}

/** @throws ProblemError `invalid_header`, `too_many_headers`. */
export function readHeaders(value: unknown): readonly GivenHeader[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ProblemError('invalid_header', 'headers must be an object of strings');
  }
  return checkedHeaders(Object.entries(value).map(([name, text]) => readHeader(name, text)));
}

/** @throws ProblemError `too_many_headers`. */
export function checkedHeaders(headers: readonly GivenHeader[]): readonly GivenHeader[] {
  const bytes = headers.reduce(
    (sum, header) => sum + Buffer.byteLength(header.name) + header.value.length,
    0,
  );
  if (headers.length > HEADERS_MAX || bytes > HEADERS_MAX_BYTES) {
    throw new ProblemError(
      'too_many_headers',
      `At most ${HEADERS_MAX} headers and ${HEADERS_MAX_BYTES} bytes of them`,
    );
  }
  return headers;
}

function readHeader(name: string, value: unknown): GivenHeader {
  if (typeof value !== 'string') {
    throw new ProblemError('invalid_header', 'The value of a header must be a string');
  }
  checkHeaderName(name);
  if (LONE_SURROGATE.test(value)) throw invalidHeader();
  return { name, value: Buffer.from(value, 'utf8') };
}

/** @throws ProblemError `invalid_header`, also for the names of the bridge's own headers. */
export function checkHeaderName(name: string): void {
  const wellFormed = !/[\r\n\0]/.test(name) && !LONE_SURROGATE.test(name);
  if (name === '' || name.length > HEADER_NAME_MAX || !wellFormed) throw invalidHeader();
  if (isOwnHeader(name)) {
    throw new ProblemError('invalid_header', `The header ${name} is the bridge's own`);
  }
}

function invalidHeader(): ProblemError {
  return new ProblemError('invalid_header', 'The name or value of a header is not valid');
}

/** Whether a string has a UTF-8 of its own; half of a surrogate pair has none. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Whether the bridge writes this header itself, so that no caller may. */
export function isOwnHeader(name: string): boolean {
  const folded = name.toLowerCase();
  return folded.startsWith('bridge-') || OWN_HEADERS.has(folded);
}

/** @throws ProblemError `invalid_partition`. */
export function readPartition(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= INT32_MAX) {
    return value + 0;
  }
  throw new ProblemError('invalid_partition', 'partition must be a whole number from 0');
}

/**
 * Epoch milliseconds, at most a year ahead: Kafka's retention would keep such a record for ever.
 * @throws ProblemError `invalid_timestamp`.
 */
export function readTimestamp(value: unknown, now: number): number | null {
  if (value === undefined || value === null) return null;
  if (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= now + YEAR_MS
  ) {
    return value + 0;
  }
  throw new ProblemError('invalid_timestamp', 'timestamp must be milliseconds from 1970');
}

/** @throws ProblemError `invalid_message_id`. */
export function readMessageId(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw new ProblemError('invalid_message_id', 'message_id must be a string');
}
