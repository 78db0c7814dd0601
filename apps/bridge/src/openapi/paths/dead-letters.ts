import type { Paths, Schema } from '../openapi.types.js';
import type { ProblemCode } from '../../problem/index.js';
import {
  answer,
  choice,
  constant,
  inQuery,
  instant,
  json,
  list,
  MESSAGE_ID,
  named,
  object,
  orNull,
  request,
  text,
  truth,
  whole,
} from '../parts.js';
import {
  ATTEMPT_EXAMPLE,
  OF_TENANT,
  PAGE_PARAMETERS,
  RECORD_EXAMPLE,
  RECORD_VIEW,
  REVEAL,
  REVEAL_PROBLEMS,
} from './messages.js';

export const DEAD_LETTER_SCHEMAS: Readonly<Record<string, Schema>> = {
  DeadLetterPage: object({
    counts: list(object({ topic: text(), code: text(), count: whole() })),
    items: list(named('RecordView')),
    cursor: orNull(text('For the next page; null on the last one.')),
  }),
  Content: object({ encoding: choice('utf-8', 'base64'), data: text() }),
  DeadLetter: object(
    {
      ...RECORD_VIEW,
      failed_at: instant(),
      published: truth('Whether it is in the dead letter topic.'),
      value_bytes: orNull(whole('null for a tombstone.')),
      headers: list(object({ name: text(), value_bytes: whole() }, { value: named('Content') })),
      attempts: list(named('Attempt')),
    },
    { value: { anyOf: [named('Content'), { type: 'null' }] } },
  ),
};

const CONTROL: readonly ProblemCode[] = [
  'invalid_json',
  'json_too_deep',
  'invalid_utf8',
  'invalid_body',
  'unknown_parameter',
  'shutting_down',
  'storage_unavailable',
  'storage_full',
];

const EXAMPLE = {
  ...RECORD_EXAMPLE,
  status: 'dlq',
  retry_count: 1,
  last_error: ATTEMPT_EXAMPLE.error,
  last_error_code: ATTEMPT_EXAMPLE.code,
  sent_at: null,
  offset: null,
};

const MOMENT: Schema = {
  type: ['string', 'integer'],
  minimum: 0,
  description: 'Epoch milliseconds, or ISO 8601 with its zone.',
};

export const deadLetterPaths: Paths = {
  '/admin/dead-letters': {
    get: {
      id: 'listDeadLetters',
      tag: 'Dead letters',
      summary: 'Dead letters, newest first, with their counts by topic and code',
      parameters: [
        ...PAGE_PARAMETERS,
        inQuery('code', 'Only with this code.', { type: 'string', minLength: 1, maxLength: 100 }),
      ],
      answers: {
        200: answer('A page.', named('DeadLetterPage'), {
          counts: [{ topic: 'nf-emitidas', code: 'message_too_large', count: 1 }],
          items: [EXAMPLE],
          cursor: null,
        }),
      },
      problems: ['unknown_parameter', 'invalid_parameter', 'storage_unavailable'],
    },
  },
  '/admin/dead-letters/{message_id}': {
    get: {
      id: 'showDeadLetter',
      tag: 'Dead letters',
      summary: 'A dead letter with its attempts; its contents only when they are revealed',
      parameters: [MESSAGE_ID, OF_TENANT, REVEAL],
      answers: {
        200: answer('The dead letter.', named('DeadLetter'), {
          ...EXAMPLE,
          failed_at: ATTEMPT_EXAMPLE.at,
          published: true,
          value_bytes: 1_400_000,
          headers: [{ name: 'empresa', value_bytes: 2 }],
          attempts: [ATTEMPT_EXAMPLE],
        }),
      },
      problems: REVEAL_PROBLEMS,
    },
    delete: {
      id: 'discardDeadLetter',
      tag: 'Dead letters',
      summary: 'Give a dead letter up for good',
      parameters: [MESSAGE_ID],
      body: {
        required: true,
        content: json(
          request(
            { reason: { type: 'string', minLength: 3, maxLength: 500 } },
            { tenant: OF_TENANT.schema },
          ),
          { reason: 'sent by hand' },
        ),
      },
      answers: {
        200: answer('It is discarded.', object({ success: constant(true), message_id: text() }), {
          success: true,
          message_id: EXAMPLE.message_id,
        }),
      },
      problems: [...CONTROL, 'not_found', 'not_replayable', 'invalid_message_id'],
    },
  },
  '/admin/dead-letters/{message_id}/replay': {
    post: {
      id: 'replayDeadLetter',
      tag: 'Dead letters',
      summary: 'Send a dead letter again',
      parameters: [MESSAGE_ID],
      body: {
        required: false,
        content: json(
          request(
            {},
            {
              topic: { type: 'string', minLength: 1, maxLength: 249 },
              tenant: OF_TENANT.schema,
            },
          ),
          { topic: 'nf-corrigidas' },
        ),
      },
      answers: {
        202: answer(
          'It is pending again, with the same message id.',
          object({
            success: constant(true),
            message_id: text(),
            topic: text(),
            status: constant('pending'),
          }),
          {
            success: true,
            message_id: EXAMPLE.message_id,
            topic: 'nf-corrigidas',
            status: 'pending',
          },
        ),
      },
      problems: [
        ...CONTROL,
        'not_found',
        'not_replayable',
        'invalid_message_id',
        'invalid_topic',
        'topic_forbidden',
        'unknown_topic',
        'kafka_unavailable',
      ],
    },
  },
  '/admin/dead-letters/replay': {
    post: {
      id: 'replayDeadLetters',
      tag: 'Dead letters',
      summary: 'Send all dead letters that match again',
      description: 'A filter is required: `topic`, `code`, `from` or `to`.',
      body: {
        required: true,
        content: json(
          request(
            {},
            {
              topic: { type: 'string', minLength: 1, maxLength: 249 },
              tenant: OF_TENANT.schema,
              code: { type: 'string', minLength: 1, maxLength: 100 },
              from: MOMENT,
              to: MOMENT,
              limit: { type: 'integer', minimum: 1, maximum: 100_000, default: 1_000 },
              dry_run: { type: 'boolean', default: false },
            },
          ),
          { topic: 'nf-emitidas', code: 'message_too_large', dry_run: true },
        ),
      },
      answers: {
        202: answer(
          'How many are pending again, or would be.',
          object({ success: constant(true), dry_run: truth(), count: whole() }),
          { success: true, dry_run: true, count: 3 },
        ),
      },
      problems: [...CONTROL, 'filter_required'],
    },
  },
};
