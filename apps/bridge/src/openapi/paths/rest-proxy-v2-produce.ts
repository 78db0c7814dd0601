import { REST_PROXY_OF_KAFKA, type ProblemCode } from '../../problem/index.js';
import type { MediaType, Operation, Paths, Response, Responses, Schema } from '../openapi.types.js';
import {
  choice,
  inQuery,
  list,
  named,
  object,
  orNull,
  request,
  text,
  TOPIC,
  whole,
} from '../parts.js';
import { RECORD_PROBLEMS } from './record-problems.js';
import { ANSWER_HEADERS, RECORD_FIELDS } from './records.js';
import {
  answerV2,
  BASE64,
  NOTHING,
  PARTITION,
  PRODUCE_HEADERS,
  V2_TAG,
} from './rest-proxy-parts.js';

const HEADERS: Schema = orNull({
  ...list(
    request({ key: { type: 'string', minLength: 1, maxLength: 256 } }, { value: orNull(BASE64) }),
  ),
  description:
    'At most 64, and 16 KiB. `message-id` is the message id. `bridge-\u2026` and the headers that the bridge writes are its own.',
});

/** @param data what a key or a value is in the format; null or missing: none. */
function produceRequest(data: Schema): Schema {
  const record = request(
    {},
    {
      key: { ...data, description: 'At most 4 KiB.' },
      value: { ...data, description: 'null is a tombstone.' },
      partition: RECORD_FIELDS.partition,
      timestamp: RECORD_FIELDS.timestamp,
      headers: HEADERS,
    },
  );
  return request(
    {
      records: {
        ...list(record),
        minItems: 1,
        description: 'At most 500, or what MAX_RECORDS_PER_REQUEST says: more are a 413.',
      },
    },
    {
      key_schema: NOTHING,
      value_schema: NOTHING,
      key_schema_id: NOTHING,
      value_schema_id: NOTHING,
    },
  );
}

/** What Kafka has refused a record with for good. */
const REFUSED: readonly number[] = [...new Set(Object.values(REST_PROXY_OF_KAFKA))].toSorted();

export const V2_PRODUCE_SCHEMAS: Readonly<Record<string, Schema>> = {
  V2JsonRequest: produceRequest({}),
  V2BinaryRequest: produceRequest(orNull(BASE64)),
  V2TextRequest: produceRequest(orNull(text())),
  V2Offset: object(
    {
      partition: orNull(whole()),
      offset: orNull(whole()),
      error_code: { enum: [null, ...REFUSED], description: 'Why it became a dead letter.' },
      error: orNull(text()),
    },
    {
      message_id: text('Only of a record that is not in Kafka: the id to follow it by.'),
      status: choice('pending', 'dlq'),
    },
  ),
  V2ProduceAnswer: object({
    offsets: { ...list(named('V2Offset')), minItems: 1 },
    key_schema_id: NOTHING,
    value_schema_id: NOTHING,
  }),
};

const JSON_BODY: MediaType = {
  schema: named('V2JsonRequest'),
  example: {
    records: [
      { key: 'NF-000001-001', value: { valor: 1500 } },
      { value: 'x', partition: 0 },
    ],
  },
};
const BINARY_BODY: MediaType = {
  schema: named('V2BinaryRequest'),
  example: { records: [{ key: 'TkYtMDAwMDAx', value: '/wA=' }] },
};
const TEXT_BODY: MediaType = {
  schema: named('V2TextRequest'),
  example: { records: [{ key: 'NF-000001-001', value: '<nfe/>' }] },
};

const SENT = { partition: 2, offset: 41, error_code: null, error: null };
const NOWHERE = { partition: null, offset: null, message_id: 'pedido-000123-inclusao' };
const answerOf = (description: string, ...offsets: readonly object[]): Response => ({
  ...answerV2(description, named('V2ProduceAnswer'), {
    offsets,
    key_schema_id: null,
    value_schema_id: null,
  }),
  headers: ANSWER_HEADERS,
});

const ANSWERS: Responses = {
  200: answerOf('Kafka has committed all records.', SENT),
  202: answerOf(
    'All are stored, and some were not confirmed in time. Do not post them again.',
    SENT,
    { ...NOWHERE, error_code: null, error: null, status: 'pending' },
  ),
  422: answerOf('Kafka has refused a record for good; what has an offset is committed.', SENT, {
    ...NOWHERE,
    error_code: 50002,
    error: 'Kafka refuses it',
    status: 'dlq',
  }),
};

const PROBLEMS_OF_RECORDS: readonly ProblemCode[] = [
  ...RECORD_PROBLEMS,
  'empty_body',
  'invalid_value',
  'empty_batch',
  'batch_too_large',
  'unknown_parameter',
  'not_acceptable',
  'schema_unsupported',
  'outbox_required',
  'shutting_down',
];

const ASYNC = inQuery(
  'async',
  'true: do not wait for Kafka. Only beside a body of the Kafka REST Proxy.',
  {
    type: 'string',
    enum: ['true', 'false'],
  },
);

const produce: Operation = {
  id: 'v2PostRecords',
  tag: V2_TAG,
  summary: 'Post records in a format of the Kafka REST Proxy',
  description:
    'In the language of the Kafka REST Proxy all records of a request are accepted or none is. A vendor type that ' +
    'names no format means base64, one that names no version means v2, and records with `value` may come as ' +
    'application/json. Formats with schemas are refused.',
  parameters: [TOPIC, ...PRODUCE_HEADERS, ASYNC],
  body: {
    required: true,
    content: {
      'application/json': JSON_BODY,
      'application/vnd.kafka.json.v2+json': JSON_BODY,
      'application/vnd.kafka.binary.v2+json': BINARY_BODY,
      'application/vnd.kafka.v2+json': BINARY_BODY,
      'application/vnd.kafka.text.v2+json': TEXT_BODY,
      'application/vnd.kafka.json.v1+json': JSON_BODY,
      'application/vnd.kafka.binary.v1+json': BINARY_BODY,
      'application/vnd.kafka.v1+json': BINARY_BODY,
    },
  },
  answers: ANSWERS,
  problems: PROBLEMS_OF_RECORDS,
  refusedIn: ['v2'],
};

export const v2ProducePaths: Paths = {
  '/topics/{topic}': { post: produce },
  '/topics/{topic}/partitions/{partition}': {
    post: {
      ...produce,
      id: 'v2PostToPartition',
      summary: 'Post records to one partition',
      parameters: [TOPIC, PARTITION, ...PRODUCE_HEADERS, ASYNC],
      problems: [...PROBLEMS_OF_RECORDS, 'not_found', 'unknown_partition'],
    },
  },
};
