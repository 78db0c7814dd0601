import { V2_TYPE } from '../../problem/index.js';
import type { MediaType, Parameter, Response, Schema } from '../openapi.types.js';
import { inHeader, inPath } from '../parts.js';

/** One tag for each language. */
export const V2_TAG = 'Kafka REST Proxy v2';
export const V3_TAG = 'Kafka REST Proxy v3';

const V1_TYPE = 'application/vnd.kafka.v1+json';

/** Null and nothing else. */
export const NOTHING: Schema = { type: 'null' };

export const BASE64: Schema = {
  type: 'string',
  contentEncoding: 'base64',
  pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
};

/** An answer of the second version: in its own type, or in that of the first one for whoever accepts only that. */
export function answerV2(description: string, schema: Schema, example: unknown): Response {
  const media: MediaType = { schema, example };
  return { description, content: { [V2_TYPE]: media, [V1_TYPE]: media } };
}

export const PARTITION = inPath('partition', 'Number of the partition, from 0.', {
  type: 'integer',
  minimum: 0,
  maximum: 2_147_483_647,
  examples: [0],
});

export const CLUSTER = inPath(
  'cluster',
  'Kafka\u2019s own id of the cluster: `GET /v3/clusters`.',
  {
    type: 'string',
    minLength: 1,
    maxLength: 300,
    examples: ['x3JrX1fZQ2m'],
  },
);

/** Of what is not looked at, because the answer is the same whatever it is. */
export const anyName = (name: string): Parameter =>
  inPath(name, 'Any.', { type: 'string', minLength: 1, maxLength: 300, examples: ['any'] });

/** What the HTTP headers of a request may say about its records. */
export const PRODUCE_HEADERS: readonly Parameter[] = [
  inHeader(
    'Idempotency-Key',
    'The beginning of the message ids: record *n*, from 0, is `<key>-<n>`.',
    {
      type: 'string',
      pattern: '^[ -~]{1,253}$',
    },
  ),
  inHeader('Prefer', '`wait=<seconds>`: how long to wait for Kafka.', {
    type: 'string',
    examples: ['wait=10'],
  }),
];
