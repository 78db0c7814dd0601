import {
  ProblemError,
  REST_PROXY_OF_KAFKA,
  restProxyRecordError,
  type ProblemCode,
} from '../../problem/index.js';
import type { Paths, Schema } from '../openapi.types.js';
import {
  answer,
  choice,
  constant,
  instant,
  json,
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
import { BASE64, CLUSTER, NOTHING, PRODUCE_HEADERS } from './rest-proxy-parts.js';
import { CLUSTER_ID, inV3 } from './rest-proxy-v3-resources.js';
import { RECORD_FIELDS } from './records.js';

/** What one record can be refused with, whatever becomes of the others. */
const PROBLEMS_OF_RECORD: readonly ProblemCode[] = [
  ...RECORD_PROBLEMS,
  'invalid_value',
  'schema_unsupported',
  'payload_too_large',
  'internal_error',
];
/** What ends a stream. */
const PROBLEMS_OF_STREAM: readonly ProblemCode[] = [
  'request_timeout',
  'shutting_down',
  'overloaded',
];

const errorCodes = (codes: readonly ProblemCode[]): readonly number[] =>
  codes.map((code) => restProxyRecordError(new ProblemError(code, '')).error_code);

const REFUSED = [
  ...new Set([
    ...errorCodes([...PROBLEMS_OF_RECORD, ...PROBLEMS_OF_STREAM]),
    ...Object.values(REST_PROXY_OF_KAFKA),
  ]),
].toSorted((one, other) => one - other);

const ERROR_CODE: Schema = {
  enum: REFUSED,
  'x-problem-codes': [...PROBLEMS_OF_RECORD, ...PROBLEMS_OF_STREAM],
};

/** Schemas of Confluent's registry, which are refused. */
const NO_SCHEMA = {
  subject: NOTHING,
  subject_name_strategy: NOTHING,
  schema: NOTHING,
  schema_id: NOTHING,
  schema_version: NOTHING,
};

const dataOf = (type: string, data: Schema): Schema =>
  request({ type: constant(type) }, { data, ...NO_SCHEMA });

const RECORD = {
  partition_id: RECORD_FIELDS.partition,
  headers: orNull({
    ...list(
      request(
        { name: { type: 'string', minLength: 1, maxLength: 256 } },
        { value: orNull(BASE64) },
      ),
    ),
    description: 'At most 64, and 16 KiB. `message-id` is the message id.',
  }),
  key: orNull(named('V3Data')),
  value: orNull(named('V3Data')),
  timestamp: {
    anyOf: [instant(), RECORD_FIELDS.timestamp],
    description: 'ISO 8601 with its zone, or epoch milliseconds; at most a year ahead.',
  },
};

const PLACE = { cluster_id: text(), topic_name: text() };
const COMMITTED = {
  ...PLACE,
  partition_id: whole(),
  offset: whole(),
  timestamp: instant(),
};
const FACTS = { key: named('V3DataFacts'), value: named('V3DataFacts') };
const PENDING = { ...PLACE, message_id: text('To follow it by.'), status: constant('pending') };
const ID = { id: { type: 'string', pattern: '^[0-9A-Za-z_-]{1,80}$' } };

export const V3_RECORD_SCHEMAS: Readonly<Record<string, Schema>> = {
  V3Data: {
    oneOf: [dataOf('JSON', {}), dataOf('BINARY', orNull(BASE64)), dataOf('STRING', orNull(text()))],
  },
  V3Record: request({}, RECORD),
  V3Batch: request({
    entries: {
      ...list(request(ID, RECORD)),
      minItems: 1,
      description: 'At most 500, or what MAX_RECORDS_PER_REQUEST says. Their ids are distinct.',
    },
  }),
  V3DataFacts: object({
    type: choice('JSON', 'BINARY', 'STRING'),
    size: whole('Of the bytes in Kafka.'),
  }),
  V3RecordAnswer: {
    description: 'Committed, stored and on its way, or refused: `error_code` says which.',
    oneOf: [
      object({ error_code: { const: 200 }, ...COMMITTED }, FACTS),
      object({ error_code: { const: 202 }, ...PENDING }),
      object({ error_code: ERROR_CODE, message: text() }),
    ],
  },
  V3BatchAnswer: object({
    successes: list({
      oneOf: [
        object({ ...ID, ...COMMITTED }, FACTS),
        object({ ...ID, error_code: { const: 202 }, ...PENDING }),
      ],
    }),
    failures: list(object({ ...ID, error_code: ERROR_CODE, message: text() })),
  }),
};

const RECORD_EXAMPLE = {
  key: { type: 'STRING', data: 'NF-000001-001' },
  value: { type: 'JSON', data: { valor: 1500 } },
  headers: [{ name: 'empresa', value: 'OTk=' }],
};
const COMMITTED_EXAMPLE = {
  cluster_id: CLUSTER_ID,
  topic_name: 'nf-emitidas',
  partition_id: 2,
  offset: 42,
  timestamp: '2026-11-24T19:00:00.123Z',
  key: { type: 'STRING', size: 13 },
  value: { type: 'JSON', size: 14 },
};

export const v3RecordPaths: Paths = {
  '/v3/clusters/{cluster}/topics/{topic}/records': {
    post: inV3({
      id: 'v3PostRecords',
      summary: 'Post a stream of records',
      description:
        'The body is one record or several, one after the other, with white space or nothing between them. The answer ' +
        'has one line for each, in their order, as soon as it and all before it are settled. The status is 200 ' +
        'whatever becomes of the records; what is no JSON ends the stream after its line. The body must not be packed.',
      parameters: [CLUSTER, TOPIC, ...PRODUCE_HEADERS],
      body: { required: true, content: json(named('V3Record'), RECORD_EXAMPLE) },
      answers: {
        200: answer('One line for each record, each as here.', named('V3RecordAnswer'), {
          error_code: 200,
          ...COMMITTED_EXAMPLE,
        }),
      },
      problems: ['unknown_cluster', 'empty_body', 'invalid_message_id', ...PROBLEMS_OF_STREAM],
      codesHere: { empty_body: 42206 },
    }),
  },
  '/v3/clusters/{cluster}/topics/{topic}/records:batch': {
    post: inV3({
      id: 'v3PostBatch',
      summary: 'Post several records, each accepted or refused for itself',
      parameters: [CLUSTER, TOPIC, ...PRODUCE_HEADERS],
      body: {
        required: true,
        content: json(named('V3Batch'), { entries: [{ id: 'a', ...RECORD_EXAMPLE }] }),
      },
      answers: {
        207: answer('What has become of each entry.', named('V3BatchAnswer'), {
          successes: [{ id: 'a', ...COMMITTED_EXAMPLE }],
          failures: [{ id: 'b', error_code: 400, message: 'Bad Request: value is not base64' }],
        }),
      },
      problems: [
        'unknown_cluster',
        'invalid_entries',
        'invalid_json',
        'json_too_deep',
        'invalid_utf8',
        'invalid_body',
        'unknown_parameter',
        'unsupported_charset',
        'invalid_message_id',
        'shutting_down',
      ],
    }),
  },
};
