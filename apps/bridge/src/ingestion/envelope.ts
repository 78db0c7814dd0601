import { membersOf, readObject, type JsonObject } from '../http/index.js';
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
}

/**
 * Reads the body of `POST /topics/:topic`. Pure; `data` is only looked at for where it begins and ends.
 * @param bytes UTF-8.
 * @param now epoch milliseconds.
 * @throws ProblemError with the code of what is wrong.
 */
export function readEnvelope(bytes: Buffer, now: number): Envelope {
  const body = readObject(bytes, FIELDS);
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
