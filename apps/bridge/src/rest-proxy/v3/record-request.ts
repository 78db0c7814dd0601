import { readElement, readObject, type JsonObject, type Span } from '../../http/index.js';
import { checkedKey, readPartition, readTimestamp, type Envelope } from '../../ingestion/index.js';
import { ProblemError } from '../../problem/index.js';
import {
  CONTENT_TYPES,
  embeddedBytes,
  readableSpan,
  type Embedded,
  type EmbeddedFormat,
} from '../embedded.js';
import { readRecordHeaders } from '../record-headers.js';
import type { ReadableParts } from '../record-id.js';

export const RECORD_FIELDS: ReadonlySet<string> = new Set([
  'partition_id',
  'headers',
  'key',
  'value',
  'timestamp',
]);
const DATA_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'data',
  'subject',
  'subject_name_strategy',
  'schema',
  'schema_id',
  'schema_version',
]);
const SCHEMA_FIELDS = [...DATA_FIELDS].slice(2);

const FORMATS: ReadonlyMap<unknown, EmbeddedFormat> = new Map([
  ['JSON', 'json'],
  ['BINARY', 'binary'],
  ['STRING', 'text'],
]);

/** What the answer says of a key or a value whose format was given. */
export interface DataFacts {
  readonly type: string;
  /** Of the bytes in Kafka. */
  readonly size: number;
}

export interface V3Record {
  readonly envelope: Envelope;
  readonly parts: ReadableParts;
  readonly key: DataFacts | null;
  readonly value: DataFacts | null;
}

interface Data {
  readonly bytes: Buffer | null;
  readonly facts: DataFacts;
  readonly format: EmbeddedFormat;
  readonly readable: Span | null;
}

/**
 * Reads one record of a v3 request. Pure.
 * @param bytes UTF-8 in which `record` was read.
 * @param now epoch milliseconds.
 * @throws ProblemError with the code of what is wrong.
 */
export function readV3Record(bytes: Buffer, record: JsonObject, now: number): V3Record {
  const { value: fields } = record;
  const key = dataAt(bytes, record, 'key');
  const value = dataAt(bytes, record, 'value');
  const { headers, messageId } = readRecordHeaders(fields['headers'], 'name');
  return {
    envelope: {
      key: key === null || key.bytes === null ? null : checkedKey(key.bytes),
      value: value?.bytes ?? null,
      headers,
      messageId,
      partition: partitionAt(fields['partition_id']),
      timestamp: readTimestamp(epochOf(fields['timestamp']), now),
      contentType: CONTENT_TYPES[value?.format ?? 'json'],
      span: null,
    },
    parts: { bytes, key: key?.readable ?? null, value: value?.readable ?? null },
    key: key?.facts ?? null,
    value: value?.facts ?? null,
  };
}

/** `{"type": T, "data": D}`; null where there is none. */
function dataAt(bytes: Buffer, record: JsonObject, name: string): Data | null {
  const given = record.value[name] ?? null;
  const member = record.members.get(name);
  if (given === null || member === undefined) return null;
  const { value: fields, members } = elementAt(bytes, member.value, given);
  const type = fields['type'];
  const format = FORMATS.get(type);
  if (format === undefined || SCHEMA_FIELDS.some((field) => (fields[field] ?? null) !== null)) {
    throw new ProblemError(
      'schema_unsupported',
      `Payload error. ${name}: only the types BINARY, JSON and STRING are supported, without schemas.`,
    );
  }
  const data = members.get('data');
  const embedded: Embedded | null =
    data === undefined ? null : { span: data.value, value: fields['data'] };
  const content = embeddedBytes(format, bytes, embedded, name);
  return {
    bytes: content,
    facts: { type: String(type), size: content?.length ?? 0 },
    format,
    readable: readableSpan(format, embedded),
  };
}

function elementAt(bytes: Buffer, span: Span, value: unknown): JsonObject {
  try {
    return readElement(bytes, span, value, DATA_FIELDS);
  } catch (error) {
    throw unrecognized(error);
  }
}

function partitionAt(value: unknown): number | null {
  if (value !== undefined && value !== null && !Number.isInteger(value)) {
    throw new ProblemError('invalid_body', 'partition_id must be a whole number');
  }
  return readPartition(value);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** ISO 8601 with its zone, of which Kafka keeps the milliseconds; anything else stays for the rule to refuse. */
function epochOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const at = INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? value : at;
}

/** Reads the JSON of one record. @throws ProblemError; `invalid_json` only where it is no JSON. */
export function readRecordObject(bytes: Buffer): JsonObject {
  try {
    return readObject(bytes, RECORD_FIELDS);
  } catch (error) {
    throw unrecognized(error);
  }
}

/** The members of an object whose names nobody knows are refused with 400 here, and not with 422. */
export function unrecognized(error: unknown): unknown {
  if (!(error instanceof ProblemError) || error.code !== 'unknown_parameter') return error;
  return new ProblemError('invalid_body', `Unrecognized field: ${error.detail}`, { cause: error });
}
