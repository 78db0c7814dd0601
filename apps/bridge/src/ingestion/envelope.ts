import {
  elementsOf,
  membersOf,
  readElement,
  readObject,
  wholeOf,
  type JsonObject,
  type Span,
} from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import {
  readHeaders,
  readKey,
  readMessageId,
  readPartition,
  readTimestamp,
  type GivenHeader,
} from './control-fields.js';

const FIELDS: ReadonlySet<string> = new Set([
  'key',
  'data',
  'headers',
  'message_id',
  'partition',
  'timestamp',
]);

const MANY = 'records';
const TOP_FIELDS: ReadonlySet<string> = new Set([...FIELDS, MANY]);
const LIST_ONLY: ReadonlySet<string> = new Set([MANY]);
const ADDRESSED_FIELDS: ReadonlySet<string> = new Set([...FIELDS, 'topic']);
const JSON_TYPE = 'application/json';

/** What a POST says about one record. */
export interface Envelope {
  readonly key: Buffer | null;
  /** The text of `data` in the request, byte for byte; null for a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly GivenHeader[];
  readonly messageId: string | null;
  readonly partition: number | null;
  /** Epoch milliseconds. */
  readonly timestamp: number | null;
  /** Of the value. */
  readonly contentType: string;
  /** Where the record stands in a JSON body; null where the body is the value. */
  readonly span: Span | null;
}

/** A record that names its topic itself. */
export interface AddressedEnvelope {
  readonly topic: string;
  readonly envelope: Envelope;
}

/** What a JSON body holds: one record, or a list of them. */
export interface Envelopes {
  readonly envelopes: readonly Envelope[];
  /** Whether the body was a list, also one of a single record. */
  readonly many: boolean;
}

/**
 * Reads the body of `POST /topics/:topic`: one record, or `{"records": […]}`. Pure; `data` is only looked at for
 * where it begins and ends.
 * @param bytes UTF-8.
 * @param now epoch milliseconds.
 * @param maxRecords in one body.
 * @throws ProblemError with the code of what is wrong, and with the place of the record in a list.
 */
export function readEnvelopes(bytes: Buffer, now: number, maxRecords: number): Envelopes {
  const body = readObject(bytes, TOP_FIELDS);
  if (!body.members.has(MANY)) {
    return { envelopes: [readEnvelope(bytes, wholeOf(bytes), body, now)], many: false };
  }
  const envelopes = readList(bytes, body, maxRecords, (span, value) =>
    readEnvelope(bytes, span, readElement(bytes, span, value, FIELDS), now),
  );
  return { envelopes, many: true };
}

/**
 * Reads the body of `POST /transactions`: a list whose records name their topics.
 * @param bytes UTF-8.
 * @param now epoch milliseconds.
 * @param maxRecords in one body.
 * @throws ProblemError as `readEnvelopes`.
 */
export function readAddressed(
  bytes: Buffer,
  now: number,
  maxRecords: number,
): readonly AddressedEnvelope[] {
  const body = readObject(bytes, LIST_ONLY);
  if (!body.members.has(MANY)) {
    throw new ProblemError('invalid_body', 'The field records is missing');
  }
  return readList(bytes, body, maxRecords, (span, value) => {
    const element = readElement(bytes, span, value, ADDRESSED_FIELDS);
    const { topic } = element.value;
    if (typeof topic !== 'string') {
      throw new ProblemError('invalid_topic', 'topic must be the name of a topic');
    }
    return { topic, envelope: readEnvelope(bytes, span, element, now) };
  });
}

/** Reads each record of a list; a refusal names its place. */
function readList<T>(
  bytes: Buffer,
  body: JsonObject,
  maxRecords: number,
  read: (span: Span, value: unknown) => T,
): readonly T[] {
  if (body.members.size > 1) {
    throw new ProblemError('invalid_body', 'Beside records there can be no other field');
  }
  const values = body.value[MANY];
  const list = body.members.get(MANY);
  if (list === undefined || !Array.isArray(values))
    throw new ProblemError('invalid_body', 'records must be an array');
  if (values.length === 0) throw new ProblemError('empty_batch', 'records is empty');
  if (values.length > maxRecords) {
    throw new ProblemError('batch_too_large', `At most ${maxRecords} records in one request`);
  }
  return elementsOf(bytes, list.value).map((span, index) =>
    atIndex(index, () => read(span, values[index])),
  );
}

/** Names the record of a list that a refusal is about. */
export function atIndex<T>(index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ProblemError ? error.atRecord(index) : error;
  }
}

/** Reads one record: of a list, a refusal names its place. */
export function inList<T>(many: boolean, index: number, read: () => T): T {
  return many ? atIndex(index, read) : read();
}

function readEnvelope(bytes: Buffer, span: Span, body: JsonObject, now: number): Envelope {
  const data = body.members.get('data');
  if (data === undefined) throw new ProblemError('invalid_body', 'The field data is missing');
  refuseDoubleHeaders(bytes, body);
  const { value: fields } = body;
  const key = readKey(fields['key']);
  if (fields['data'] === null && key === null) {
    throw new ProblemError('key_required', 'data: null deletes what has this key, so it needs one');
  }
  return {
    key,
    value: fields['data'] === null ? null : bytes.subarray(data.value.start, data.value.end),
    headers: readHeaders(fields['headers']),
    messageId: readMessageId(fields['message_id']),
    partition: readPartition(fields['partition']),
    timestamp: readTimestamp(fields['timestamp'], now),
    contentType: JSON_TYPE,
    span,
  };
}

/** JSON.parse keeps only the last of two headers of one name; the caller would not hear of the loss. */
function refuseDoubleHeaders(bytes: Buffer, body: JsonObject): void {
  const headers = body.value['headers'];
  const member = body.members.get('headers');
  if (member === undefined || typeof headers !== 'object' || headers === null) return;
  if (Array.isArray(headers)) return;
  if (membersOf(bytes, member.value).length !== Object.keys(headers).length) {
    throw new ProblemError('invalid_header', 'A header stands twice');
  }
}
