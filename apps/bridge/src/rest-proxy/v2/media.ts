import { essenceOf, REST_PROXY_MEDIA_TYPES } from '../../http/index.js';
import { ProblemError } from '../../problem/index.js';
import type { EmbeddedFormat } from '../embedded.js';

const VENDOR = /^application\/vnd\.kafka(?:\.([a-z]+))?(?:\.v[12])?\+json$/;
/** What an answer can be; a caller that accepts none of them is refused. */
const OFFERED: readonly string[] = ['application/json', ...REST_PROXY_MEDIA_TYPES];

/** Whether the type says that the body is of the Kafka REST Proxy. */
export function isVendorType(contentType: string | undefined): boolean {
  return REST_PROXY_MEDIA_TYPES.includes(essenceOf(contentType));
}

/**
 * The format of keys and values. A body without a vendor type is JSON; a vendor type that names no format means
 * base64, as the npm client of the first version and most servers have it.
 * @throws ProblemError `schema_unsupported`.
 */
export function formatOf(contentType: string | undefined): EmbeddedFormat {
  const vendor = VENDOR.exec(essenceOf(contentType));
  if (vendor === null) return 'json';
  const format = vendor[1] ?? 'binary';
  if (isFormat(format)) return format;
  throw new ProblemError(
    'schema_unsupported',
    'Payload error. Formats with a schema are not supported yet.',
  );
}

function isFormat(format: string): format is EmbeddedFormat {
  return format === 'json' || format === 'binary' || format === 'text';
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
