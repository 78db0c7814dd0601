import { checkedHeaders, checkHeaderName, type GivenHeader } from '../ingestion/index.js';
import { ProblemError } from '../problem/index.js';
import { base64Bytes } from './base64.js';

const MESSAGE_ID = 'message-id';

export interface RecordHeaders {
  /** Without the message id, in their order. */
  readonly headers: readonly GivenHeader[];
  /** What the header `message-id` holds: a caller of these languages has no field for it. */
  readonly messageId: string | null;
}

/**
 * `[{"<nameField>": "h", "value": "<base64>"}]`. A null or missing value becomes an empty one, because the outbox
 * keeps bytes; names may stand more than once.
 * @param nameField `key` in v2, `name` in v3.
 * @throws ProblemError `invalid_header`, `too_many_headers`.
 */
export function readRecordHeaders(value: unknown, nameField: string): RecordHeaders {
  if (value === undefined || value === null) return { headers: [], messageId: null };
  if (!Array.isArray(value)) {
    throw new ProblemError('invalid_header', 'headers must be an array of objects');
  }
  const all = value.map((item) => readHeader(item, nameField));
  const ids = all.filter(({ name }) => isMessageIdName(name));
  if (ids.length > 1)
    throw new ProblemError('invalid_header', 'The header message-id stands twice');
  const headers = all.filter(({ name }) => !isMessageIdName(name));
  for (const { name } of headers) checkHeaderName(name);
  return {
    headers: checkedHeaders(headers),
    // The bytes of an id are printable ASCII; anything else becomes a text that the rule for ids refuses.
    messageId: ids[0]?.value.toString('latin1') ?? null,
  };
}

function readHeader(item: unknown, nameField: string): GivenHeader {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw malformed(nameField);
  const fields = new Map<string, unknown>(Object.entries(item));
  const name = fields.get(nameField);
  const value = fields.get('value') ?? '';
  const known = [...fields.keys()].every((field) => field === nameField || field === 'value');
  if (typeof name !== 'string' || typeof value !== 'string' || !known) throw malformed(nameField);
  return { name, value: headerBytes(value) };
}

function headerBytes(value: string): Buffer {
  try {
    return base64Bytes(value, 'the value of a header');
  } catch (error) {
    const { detail } = error as ProblemError;
    throw new ProblemError('invalid_header', detail, { cause: error });
  }
}

function isMessageIdName(name: string): boolean {
  return name.toLowerCase() === MESSAGE_ID;
}

function malformed(nameField: string): ProblemError {
  return new ProblemError('invalid_header', `A header is {"${nameField}": text, "value": base64}`);
}
