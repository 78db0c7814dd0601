import type { ProblemCode } from '../../problem/index.js';
import type { Paths, Schema } from '../openapi.types.js';
import {
  answer,
  choice,
  inQuery,
  instant,
  list,
  MESSAGE_ID,
  named,
  object,
  orNull,
  text,
  truth,
  whole,
} from '../parts.js';

/** The members of a record as it is shown, for what shows more of it. */
export const RECORD_VIEW = {
  message_id: text(),
  tenant: orNull(text('Whose record it is; null where there are no tenants.')),
  topic: text(),
  key: orNull(text()),
  status: choice('pending', 'failed', 'sent', 'dlq'),
  retry_count: whole('Times that Kafka has refused it.'),
  last_error: orNull(text()),
  last_error_code: orNull(text()),
  created_at: instant(),
  sent_at: orNull(instant()),
  partition: orNull(whole()),
  offset: orNull(text()),
  delivery: choice('exactly-once', 'at-least-once'),
  replays: whole(),
  purged: truth('Retention has removed the record; its id and place are left.'),
};

export const MESSAGE_SCHEMAS: Readonly<Record<string, Schema>> = {
  Attempt: object({ number: whole(), at: instant(), code: text(), error: text() }),
  RecordView: object(RECORD_VIEW),
  FollowedRecord: object({ ...RECORD_VIEW, attempts: list(named('Attempt')) }),
  RecordPage: object({
    items: list(named('RecordView')),
    cursor: orNull(text('For the next page; null on the last one.')),
  }),
};

export const RECORD_EXAMPLE = {
  message_id: 'nf-99-01-000001-001-inclusao',
  tenant: null,
  topic: 'nf-emitidas',
  key: 'NF-000001-001',
  status: 'sent',
  retry_count: 0,
  last_error: null,
  last_error_code: null,
  created_at: '2026-10-21T10:50:00.000Z',
  sent_at: '2026-10-21T10:50:00.037Z',
  partition: 0,
  offset: '12345',
  delivery: 'exactly-once',
  replays: 0,
  purged: false,
};

export const ATTEMPT_EXAMPLE = {
  number: 1,
  at: '2026-10-21T10:50:00.037Z',
  code: 'message_too_large',
  error: 'Kafka refuses a record of this size',
};

const MOMENT: Schema = {
  type: 'string',
  description: 'Epoch milliseconds, or ISO 8601 with its zone.',
  pattern:
    '^(\\d{1,15}|\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?(Z|[+-]\\d{2}:\\d{2}))?)$',
  examples: ['2026-10-21T00:00:00-03:00'],
};

export const OF_TENANT = inQuery(
  'tenant',
  'Which of several tenants is meant, where message ids are the same.',
  { type: 'string', minLength: 1, maxLength: 63 },
);

/** Of what shows one record. */
export const REVEAL_PROBLEMS: readonly ProblemCode[] = [
  'not_found',
  'invalid_message_id',
  'unknown_parameter',
  'invalid_parameter',
  'reveal_denied',
  'storage_unavailable',
  'storage_full',
];

/** For what shows one record. */
export const REVEAL = inQuery(
  'reveal',
  'Why what is personal in it is to be shown: without it a CPF, CNPJ and the like are masked. Needs the role `reveal`; the audit keeps the reason.',
  { type: 'string', minLength: 3, maxLength: 200 },
);

/** What every list can be asked for. */
export const PAGE_PARAMETERS = [
  OF_TENANT,
  inQuery('topic', 'Only of this topic.', { type: 'string', minLength: 1, maxLength: 249 }),
  inQuery('from', 'Not older than this.', MOMENT),
  inQuery('to', 'Not younger than this.', MOMENT),
  inQuery('limit', 'Items of a page.', { type: 'integer', minimum: 1, maximum: 500, default: 50 }),
  inQuery('cursor', 'As the page before gave it.', {
    type: 'string',
    minLength: 1,
    maxLength: 500,
  }),
];

export const messagePaths: Paths = {
  '/messages': {
    get: {
      id: 'listRecords',
      tag: 'Records',
      summary: 'Records, newest first',
      parameters: [
        ...PAGE_PARAMETERS,
        inQuery('status', 'Only in this state.', choice('pending', 'failed', 'sent', 'dlq')),
        inQuery('key', 'Only with this key.', { type: 'string', maxLength: 4096 }),
      ],
      answers: {
        200: answer('A page.', named('RecordPage'), { items: [RECORD_EXAMPLE], cursor: null }),
      },
      problems: ['unknown_parameter', 'invalid_parameter', 'storage_unavailable'],
    },
  },
  '/messages/{message_id}': {
    get: {
      id: 'followRecord',
      tag: 'Records',
      summary: 'What has become of a record',
      parameters: [MESSAGE_ID, OF_TENANT, REVEAL],
      answers: {
        200: answer('The record, without its value.', named('FollowedRecord'), {
          ...RECORD_EXAMPLE,
          attempts: [],
        }),
      },
      problems: REVEAL_PROBLEMS,
    },
  },
};
