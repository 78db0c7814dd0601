import { ProblemError } from '../problem/index.js';
import { readHeaders, readKey, readPartition, readTimestamp } from './control-fields.js';
import type { Envelope } from './envelope.js';
import { utf8Of } from './text-encoding.js';

const PREFIX = 'record-';
const HEADER_PREFIX = 'record-header-';
const FIELDS: ReadonlySet<string> = new Set(['record-key', 'record-partition', 'record-timestamp']);
/** Longer types are no types, and each record carries its own. */
const TYPE_MAX = 127;

/** What the HTTP headers say about a record whose value is the body. */
type Fields = ReadonlyMap<string, string>;

/**
 * A record whose value is the whole body, byte for byte; the rest stands in `Record-Key`, `Record-Partition`,
 * `Record-Timestamp` and `Record-Header-<Name>`. HTTP does not tell upper from lower case in names, so the
 * record's header has its name in lower case.
 * @param rawHeaders names and values in turn.
 * @param now epoch milliseconds.
 * @throws ProblemError with the code of what is wrong.
 */
export function readRawEnvelope(
  body: Buffer,
  contentType: string,
  rawHeaders: readonly string[],
  now: number,
): Envelope {
  if (body.length === 0) throw new ProblemError('empty_body', 'The body is empty');
  const fields = fieldsOf(rawHeaders);
  const named = [...fields].filter(([name]) => name.startsWith(HEADER_PREFIX));
  const headers = named.map(([name, value]) => [name.slice(HEADER_PREFIX.length), value]);
  return {
    key: readKey(fields.get('record-key')),
    value: body,
    headers: readHeaders(Object.fromEntries(headers)),
    messageId: null,
    partition: readPartition(numberOf(fields.get('record-partition'))),
    timestamp: readTimestamp(numberOf(fields.get('record-timestamp')), now),
    contentType: contentType.slice(0, TYPE_MAX),
    span: null,
  };
}

/** Beside a JSON body these headers would say the same thing twice, or be ignored. @throws ProblemError `unknown_parameter`. */
export function refuseRecordHeaders(rawHeaders: readonly string[]): void {
  if (fieldsOf(rawHeaders).size > 0) {
    throw new ProblemError(
      'unknown_parameter',
      'Record-… headers go with raw bodies; use the JSON fields',
    );
  }
}

function fieldsOf(rawHeaders: readonly string[]): Fields {
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!name.startsWith(PREFIX)) continue;
    if (!FIELDS.has(name) && !name.startsWith(HEADER_PREFIX)) {
      throw new ProblemError('unknown_parameter', 'A Record-… header is not known here');
    }
    if (fields.has(name))
      throw new ProblemError('duplicate_header', 'A Record-… header stands twice');
    // Node reads header values as ISO-8859-1, which keeps every byte.
    fields.set(name, utf8Of(Buffer.from(rawHeaders[at + 1] ?? '', 'latin1')));
  }
  return fields;
}

/** Not a number where it is not one, for the rule of the field to refuse. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
