import { essenceOf, REST_PROXY_MEDIA_TYPES } from '../http/index.js';

/** Bodies whose bytes are the value of one record. */
const RAW_TYPES: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'application/xml',
  'text/xml',
]);

/** What may be posted to a topic in the bridge's own language. */
export const RECORD_MEDIA_TYPES: readonly string[] = ['application/json', ...RAW_TYPES];

/** What may be posted to a topic in any language; the empty one is a body without a type. */
export const POST_MEDIA_TYPES: readonly string[] = [
  ...RECORD_MEDIA_TYPES,
  ...REST_PROXY_MEDIA_TYPES,
  '',
];

/** Whether the body's bytes are the value, so that everything else about the record stands in HTTP headers. */
export function isRawType(contentType: string | undefined): boolean {
  return RAW_TYPES.has(essenceOf(contentType));
}
