import type { Span } from '../http/index.js';
import { isWellFormed } from '../ingestion/index.js';
import { ProblemError } from '../problem/index.js';
import { base64Bytes } from './base64.js';

/** How keys and values stand in the JSON of a request. */
export type EmbeddedFormat = 'json' | 'binary' | 'text';

/** The header `content-type` of a record by the format of its value. */
export const CONTENT_TYPES: Readonly<Record<EmbeddedFormat, string>> = {
  json: 'application/json',
  binary: 'application/octet-stream',
  text: 'text/plain',
};

/** A key or a value where it stands in a request. */
export interface Embedded {
  readonly span: Span;
  /** What JSON.parse has made of it. */
  readonly value: unknown;
}

/**
 * The bytes that Kafka is to have: of `json` the caller's own text, byte for byte; of `binary` what the base64
 * stands for; of `text` the string as UTF-8. JSON's null is no bytes at all, in every format.
 * @param what `key` or `value`, for the refusal.
 * @throws ProblemError `invalid_value`.
 */
export function embeddedBytes(
  format: EmbeddedFormat,
  bytes: Buffer,
  embedded: Embedded | null,
  what: string,
): Buffer | null {
  if (embedded === null || embedded.value === null) return null;
  const { span, value } = embedded;
  if (format === 'json') return bytes.subarray(span.start, span.end);
  if (typeof value !== 'string') {
    throw new ProblemError('invalid_value', `${what} must be a string in this format`);
  }
  if (format === 'binary') return base64Bytes(value, what);
  if (!isWellFormed(value)) {
    throw new ProblemError('invalid_value', `${what} is not valid Unicode`);
  }
  return Buffer.from(value, 'utf8');
}

/** The text of an embedded member, for a look into it; null where the format hides it. */
export function readableSpan(format: EmbeddedFormat, embedded: Embedded | null): Span | null {
  return format === 'binary' || embedded === null ? null : embedded.span;
}
