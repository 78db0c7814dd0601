import { essenceOf, REST_PROXY_MEDIA_TYPES } from '../../http/index.js';
import { ProblemError } from '../../problem/index.js';
import type { EmbeddedFormat } from '../embedded.js';

const VENDOR = /^application\/vnd\.kafka(?:\.([a-z]+))?\.v[12]\+json$/;
const FORMATS: ReadonlySet<string | undefined> = new Set(['json', 'binary', 'text']);
const SCHEMA_FORMATS: ReadonlySet<string | undefined> = new Set(['avro', 'jsonschema', 'protobuf']);

/** What an answer can be; a caller that accepts none of them is refused. */
const OFFERED: readonly string[] = ['application/json', ...REST_PROXY_MEDIA_TYPES];

/** Whether the type says that the body is of the Kafka REST Proxy. */
export function isVendorType(contentType: string | undefined): boolean {
  return REST_PROXY_MEDIA_TYPES.includes(essenceOf(contentType));
}

/**
 * The format of keys and values. A body without a type of its own is JSON.
 * @throws ProblemError `schema_unsupported`, `unsupported_media_type` where the type names no format: one server
 * reads that as base64 and another refuses it, so nothing is guessed.
 */
export function formatOf(contentType: string | undefined): EmbeddedFormat {
  const essence = essenceOf(contentType);
  if (essence === '' || essence === 'application/json') return 'json';
  const format = VENDOR.exec(essence)?.[1];
  if (FORMATS.has(format)) return format as EmbeddedFormat;
  if (SCHEMA_FORMATS.has(format)) {
    throw new ProblemError(
      'schema_unsupported',
      'Payload error. Formats with a schema are not supported yet.',
    );
  }
  throw new ProblemError(
    'unsupported_media_type',
    'Name a format: application/vnd.kafka.json.v2+json, .binary. or .text.',
  );
}

/** @throws ProblemError `not_acceptable` when the caller takes none of the types that an answer can have. */
export function checkAccept(accept: string | undefined): void {
  if (accept === undefined || accept.trim() === '') return;
  const ranges = accept.split(',').map((range) => essenceOf(range));
  if (ranges.some((range) => OFFERED.some((type) => covers(range, type)))) return;
  throw new ProblemError('not_acceptable', 'HTTP 406 Not Acceptable');
}

function covers(range: string, type: string): boolean {
  const [main, sub] = range.split('/');
  const [, offered = ''] = type.split('/');
  const mainCovers = main === 'application' || (main === '*' && sub !== undefined);
  return mainCovers && (sub === '*' || sub === offered);
}
