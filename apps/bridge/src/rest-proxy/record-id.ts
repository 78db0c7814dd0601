import type { Span } from '../http/index.js';
import { givenMessageId, listedMessageId, pointedMessageId } from '../ingestion/index.js';

/** Where the key and the value of a record stand in the JSON of its request; null where they cannot be looked into. */
export interface ReadableParts {
  readonly bytes: Buffer;
  readonly key: Span | null;
  readonly value: Span | null;
}

export interface RecordIdSources {
  /** The record header `message-id`. */
  readonly header: string | null;
  /** The configured pointer of the topic, or null. */
  readonly pointer: readonly string[] | null;
  readonly parts: ReadableParts;
  readonly idempotencyKey: string | null;
  /** The record's place in its request. */
  readonly index: number;
}

/**
 * The message id that the caller gave a record: its header, what the topic's pointer finds, or the request's
 * `Idempotency-Key` with the record's place, as in a list of the bridge's own. Null when the bridge makes one.
 * @throws ProblemError `invalid_message_id`.
 */
export function recordId(sources: RecordIdSources): string | null {
  const { header, idempotencyKey, index } = sources;
  const pointed = header === null ? pointedId(sources) : null;
  const listed =
    header === null && pointed === null && idempotencyKey !== null
      ? listedMessageId(idempotencyKey, index)
      : null;
  return givenMessageId({ header: header ?? listed, field: null, pointed });
}

/** A pointer is written for the bridge's own body: its `data` is what these languages call the value. */
function pointedId({ pointer, parts }: RecordIdSources): string | null {
  if (pointer === null) return null;
  const [field, ...inside] = pointer;
  const span = field === 'data' ? parts.value : field === 'key' ? parts.key : null;
  return span === null ? null : pointedMessageId(parts.bytes, span, inside);
}
