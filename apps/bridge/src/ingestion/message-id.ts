import { createHash } from 'node:crypto';
import { elementsOf, membersOf, stringAt, textAt, type Span } from '../http/index.js';
import { ProblemError } from '../problem/index.js';

const MAX_LENGTH = 255;
/** The topic's share of a made id, so that a topic of 249 characters still leaves room for time and chance. */
const TOPIC_SHARE = 220;

export interface MessageIdSources {
  /** The header `Idempotency-Key`. */
  readonly header: string | null;
  /** The field `message_id`. */
  readonly field: string | null;
  /** What stands at the configured pointer. */
  readonly pointed: string | null;
}

/**
 * The id that the caller gave, in the order header, field, pointer; null when the bridge must make one.
 * @throws ProblemError `message_id_conflict`, `invalid_message_id`.
 */
export function givenMessageId({ header, field, pointed }: MessageIdSources): string | null {
  if (header !== null && field !== null && header !== field) {
    throw new ProblemError('message_id_conflict', 'Idempotency-Key and message_id differ');
  }
  const id = header ?? field ?? pointed;
  if (id !== null && !isMessageId(id)) {
    throw new ProblemError(
      'invalid_message_id',
      `A message id is 1 to ${MAX_LENGTH} printable ASCII characters`,
    );
  }
  return id;
}

export function isMessageId(id: string): boolean {
  return id.length <= MAX_LENGTH && /^[\x20-\x7e]+$/.test(id);
}

/**
 * The id of one record of a list whose request has an `Idempotency-Key`, for a record that has none of its own:
 * the same list posted again has the same ids.
 */
export function listedMessageId(idempotencyKey: string, index: number): string {
  return `${idempotencyKey}-${index}`;
}

/**
 * The id of a transaction: made of its records' message ids (of tenants' records, with the tenant), so that the same
 * records posted again are the same transaction, and others are not. 32 hexadecimal digits.
 */
export function transactionIdOf(names: readonly string[]): string {
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 32);
}

/** `<topic>-<epoch ms>-<random>`: the form that the users' queries know. */
export function madeMessageId(topic: string, now: number, random: string): string {
  return `${topic.slice(0, TOPIC_SHARE)}-${now}-${random}`;
}

/**
 * What stands at a JSON pointer of a record in a valid JSON text: a string, or a number as it is written, because an
 * access key of 44 digits must not lose any. Null when nothing stands there.
 * @throws ProblemError `invalid_message_id` when it is neither.
 */
export function pointedMessageId(
  bytes: Buffer,
  record: Span,
  pointer: readonly string[],
): string | null {
  let span: Span | null = record;
  for (const token of pointer) {
    if (span === null) return null;
    span = step(bytes, span, token);
  }
  if (span === null) return null;
  const first = String.fromCharCode(bytes[span.start] ?? 0);
  if (first === '"') return stringAt(bytes, span);
  if (/[-0-9]/.test(first)) return textAt(bytes, span);
  throw new ProblemError('invalid_message_id', 'The message id must be a string or a number');
}

/** The member or element that one token of a pointer names. Of two members with one name the last, as JSON.parse. */
function step(bytes: Buffer, span: Span, token: string): Span | null {
  const first = String.fromCharCode(bytes[span.start] ?? 0);
  if (first === '{') {
    const named = membersOf(bytes, span).filter(({ name }) => stringAt(bytes, name) === token);
    return named.at(-1)?.value ?? null;
  }
  if (first !== '[' || !/^(?:0|[1-9]\d*)$/.test(token)) return null;
  return elementsOf(bytes, span)[Number(token)] ?? null;
}
