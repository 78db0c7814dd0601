import type { ProblemCode } from '../../problem/index.js';
import type { Paths, Response, Schema } from '../openapi.types.js';
import {
  choice,
  constant,
  inHeader,
  list,
  named,
  object,
  orNull,
  request,
  text,
  TOPIC,
  truth,
  whole,
} from '../parts.js';
import { RECORD_PROBLEMS } from './record-problems.js';

const OFFSET = object(
  {
    offset: text('Kafka\'s offset; "-1" while there is none yet.'),
    partition: { type: 'integer', minimum: -1, description: '-1 while it is not chosen.' },
    error_code: orNull(text('Why it became a dead letter.')),
    error: orNull(text()),
  },
  {
    message_id: text('Only in the answer to a list.'),
    duplicate: constant(true),
  },
);

/** What a record may have beside its value. */
export const RECORD_FIELDS = {
  key: { type: ['string', 'null'], maxLength: 4096, description: 'At most 4 KiB. "" is a key.' },
  headers: {
    type: ['object', 'null'],
    description:
      'At most 64, and 16 KiB. `bridge-…` and the headers that the bridge writes are its own.',
    additionalProperties: { type: 'string' },
    propertyNames: { minLength: 1, maxLength: 256 },
  },
  message_id: { type: ['string', 'null'], pattern: '^[ -~]{1,255}$' },
  partition: { type: ['integer', 'null'], minimum: 0, maximum: 2_147_483_647 },
  timestamp: {
    type: ['integer', 'null'],
    minimum: 0,
    description: 'Epoch milliseconds, at most a year ahead.',
  },
} as const;

const DATA = {
  data: {
    description:
      'Any JSON value: the value of the record is its text, byte for byte. null is a tombstone, and needs a key.',
  },
};

export const RECORD_SCHEMAS: Readonly<Record<string, Schema>> = {
  Record: request(DATA, RECORD_FIELDS),
  AddressedRecord: request({ topic: TOPIC.schema, ...DATA }, RECORD_FIELDS),
  TransactionRequest: request({
    records: {
      ...list(named('AddressedRecord')),
      minItems: 1,
      description: 'At most 500, or what MAX_RECORDS_PER_REQUEST says: more are a 413.',
    },
  }),
  RecordList: request({ records: { ...list(named('Record')), minItems: 1, maxItems: 500 } }),
  Offset: OFFSET,
  RecordAnswer: object(
    {
      success: constant(true),
      offsets: { ...list(named('Offset')), minItems: 1 },
      acks: constant('all'),
      confirmed: truth('Whether Kafka has committed all of it on all in-sync replicas.'),
      duration_ms: whole(),
    },
    {
      message_id: text('Absent in the answer to a list.'),
      transaction_id: text('Only in the answer to a transaction.'),
      status: choice('pending', 'dlq'),
      duplicate: constant(true),
    },
  ),
};

const RECORD = {
  key: 'NF-000001-001',
  data: { documento: '000001', serie: '001', valor: 1500 },
  headers: { empresa: '99', filial: '01' },
  message_id: 'nf-99-01-000001-001-inclusao',
};

const XML = '<nfe><infNFe Id="NFe35200714200166000187550010000000015123456789"/></nfe>';

/** What the answer to a POST says beside its body. */
export const ANSWER_HEADERS = {
  'Idempotent-Replayed': {
    description: 'true: an earlier request has brought this record; nothing new was stored.',
    schema: choice('true'),
  },
  'Preference-Applied': { description: 'What of `Prefer` was followed.', schema: text() },
};
const LOCATION = {
  Location: { description: 'Where the record can be followed.', schema: text() },
};

const sent = { offset: '12345', partition: 0, error_code: null, error: null };
const answered = { success: true, message_id: RECORD.message_id, acks: 'all' };

function taken(description: string, example: object, headers = {}): Response {
  return {
    description,
    headers: { ...ANSWER_HEADERS, ...headers },
    content: { 'application/json': { schema: named('RecordAnswer'), example } },
  };
}

const PENDING = {
  ...answered,
  offsets: [{ ...sent, offset: '-1' }],
  confirmed: false,
  status: 'pending',
  duration_ms: 5000,
};

const PROBLEMS_OF_RECORDS: readonly ProblemCode[] = [
  ...RECORD_PROBLEMS,
  'empty_body',
  'empty_batch',
  'batch_too_large',
  'unknown_parameter',
  'key_required',
  'message_id_conflict',
  'outbox_required',
  'shutting_down',
];

const LISTED = { ...sent, message_id: 'pedido-000123-inclusao' };
const TRANSACTION_ANSWER = {
  success: true,
  transaction_id: '9f86d081884c7d659a2feaa0c55ad015',
  acks: 'all',
  offsets: [LISTED, { ...LISTED, message_id: 'titulo-000123-1-inclusao' }],
};

export const recordPaths: Paths = {
  '/topics/{topic}': {
    post: {
      id: 'postRecord',
      tag: 'Records',
      summary: 'Post a record, a list of records, or a file',
      description:
        'The body may be compressed (`Content-Encoding: gzip`). With another type than JSON the body is the value of ' +
        'one record; its key, message id and headers then come as HTTP headers (`Record-Header-<Name>` for each).',
      parameters: [
        TOPIC,
        inHeader('Idempotency-Key', 'The message id; of a list, the beginning of its ids.', {
          type: 'string',
          pattern: '^[ -~]{1,255}$',
        }),
        inHeader('Prefer', '`wait=<seconds>`, `respond-async`, or both.', {
          type: 'string',
          examples: ['respond-async', 'wait=10'],
        }),
        inHeader('Record-Key', 'Only beside a body that is no JSON.', text()),
        inHeader('Record-Partition', 'Only beside a body that is no JSON.', whole()),
        inHeader('Record-Timestamp', 'Only beside a body that is no JSON.', whole()),
      ],
      body: {
        required: true,
        content: {
          'application/json': {
            schema: { anyOf: [named('Record'), named('RecordList')] },
            example: RECORD,
          },
          'application/xml': { schema: { type: 'string' }, example: XML },
          'text/xml': { schema: { type: 'string' }, example: XML },
          'application/octet-stream': { schema: {} },
        },
      },
      answers: {
        200: taken('Kafka has committed it on all in-sync replicas.', {
          ...answered,
          offsets: [sent],
          confirmed: true,
          duration_ms: 37,
        }),
        201: taken(
          'It is durable here, and Kafka has not confirmed within the wait.',
          PENDING,
          LOCATION,
        ),
        202: taken('The same, for whoever asked not to wait.', PENDING, LOCATION),
      },
      problems: PROBLEMS_OF_RECORDS,
    },
  },
  '/transactions': {
    post: {
      id: 'postTransaction',
      tag: 'Records',
      summary: 'Post records of several topics that are seen all together or not at all',
      parameters: [
        inHeader('Idempotency-Key', 'The beginning of the message ids.', {
          type: 'string',
          pattern: '^[ -~]{1,255}$',
        }),
        inHeader('Prefer', '`wait=<seconds>`, `respond-async`, or both.', { type: 'string' }),
      ],
      body: {
        required: true,
        content: {
          'application/json': {
            schema: named('TransactionRequest'),
            example: {
              records: [
                {
                  topic: 'pedidos',
                  key: '000123',
                  data: { total: 30 },
                  message_id: LISTED.message_id,
                },
                {
                  topic: 'titulos',
                  key: '000123',
                  data: { valor: 30 },
                  message_id: 'titulo-000123-1-inclusao',
                },
              ],
            },
          },
        },
      },
      answers: {
        200: taken('Kafka has committed all of it.', {
          ...TRANSACTION_ANSWER,
          confirmed: true,
          duration_ms: 37,
        }),
        201: taken('It is durable here, and Kafka has not confirmed within the wait.', {
          ...TRANSACTION_ANSWER,
          confirmed: false,
          status: 'pending',
          duration_ms: 5000,
        }),
        202: taken('The same, for whoever asked not to wait.', {
          ...TRANSACTION_ANSWER,
          confirmed: false,
          status: 'pending',
          duration_ms: 4,
        }),
      },
      problems: [...PROBLEMS_OF_RECORDS, 'not_transactional'],
    },
  },
};
