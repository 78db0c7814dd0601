import { elementsOf, readElement, readObject, type JsonObject } from '../../http/index.js';
import {
  atIndex,
  checkedKey,
  readPartition,
  readTimestamp,
  type Envelope,
} from '../../ingestion/index.js';
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

const RECORDS = 'records';
const SCHEMA_FIELDS = ['key_schema', 'value_schema', 'key_schema_id', 'value_schema_id'] as const;
const TOP_FIELDS: ReadonlySet<string> = new Set([RECORDS, ...SCHEMA_FIELDS]);
const FIELDS: ReadonlySet<string> = new Set(['key', 'value', 'partition', 'headers', 'timestamp']);

export interface ProduceRules {
  readonly format: EmbeddedFormat;
  /** Of the path; a record's own goes before it. */
  readonly partition: number | null;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly maxRecords: number;
}

/** A record of the request, and where its parts stand in it. */
export interface ProducedRecord {
  readonly envelope: Envelope;
  readonly parts: ReadableParts;
}

/**
 * Reads the body of a v2 produce request. Pure.
 * @param bytes UTF-8.
 * @throws ProblemError with the code of what is wrong, and with the place of the record.
 */
export function readProduceRequest(bytes: Buffer, rules: ProduceRules): readonly ProducedRecord[] {
  const body = readObject(bytes, TOP_FIELDS);
  if (SCHEMA_FIELDS.some((field) => (body.value[field] ?? null) !== null)) {
    throw new ProblemError('schema_unsupported', 'Payload error. Schemas are not supported yet.');
  }
  const values = body.value[RECORDS] ?? [];
  const list = body.members.get(RECORDS);
  if (!Array.isArray(values)) {
    throw new ProblemError('invalid_body', "'records' must be an array");
  }
  if (list === undefined || values.length === 0) {
    throw new ProblemError('empty_batch', 'records must not be empty');
  }
  if (values.length > rules.maxRecords) {
    throw new ProblemError('batch_too_large', `At most ${rules.maxRecords} records in one request`);
  }
  return elementsOf(bytes, list.value).map((span, index) =>
    atIndex(index, () => readRecord(bytes, readElement(bytes, span, values[index], FIELDS), rules)),
  );
}

function readRecord(bytes: Buffer, body: JsonObject, rules: ProduceRules): ProducedRecord {
  const { format } = rules;
  const { value: fields } = body;
  const key = embeddedAt(body, 'key');
  const value = embeddedAt(body, 'value');
  const keyBytes = embeddedBytes(format, bytes, key, 'key');
  const { headers, messageId } = readRecordHeaders(fields['headers'], 'key');
  return {
    envelope: {
      key: keyBytes === null ? null : checkedKey(keyBytes),
      value: embeddedBytes(format, bytes, value, 'value'),
      headers,
      messageId,
      partition: partitionAt(fields) ?? rules.partition,
      timestamp: readTimestamp(fields['timestamp'], rules.now),
      contentType: CONTENT_TYPES[format],
      span: null,
    },
    parts: { bytes, key: readableSpan(format, key), value: readableSpan(format, value) },
  };
}

function partitionAt({ partition }: JsonObject['value']): number | null {
  if (partition !== undefined && partition !== null && !Number.isInteger(partition)) {
    throw new ProblemError('invalid_body', 'partition must be a whole number');
  }
  return readPartition(partition);
}

function embeddedAt({ members, value }: JsonObject, name: string): Embedded | null {
  const member = members.get(name);
  return member === undefined ? null : { span: member.value, value: value[name] };
}

/**
 * Whether a body that came as plain JSON is a produce request of the Kafka REST Proxy: a list of records where
 * one has a `value`, and none has the `data` of the bridge's own. Anything that is not JSON is not.
 */
export function looksLikeProduceRequest(bytes: Buffer): boolean {
  // Most bodies are the bridge's own and hold none of these words; they are not parsed twice.
  if (!bytes.includes('"records"') || !bytes.includes('"value"')) return false;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { records } = value as { readonly records?: unknown };
  if (!Array.isArray(records) || Object.hasOwn(value, 'data')) return false;
  return hasField(records, 'value') && !hasField(records, 'data');
}

function hasField(records: readonly unknown[], field: string): boolean {
  return records.some(
    (record) => typeof record === 'object' && record !== null && Object.hasOwn(record, field),
  );
}
