import type { Paths } from '../openapi.types.js';
import {
  answer,
  constant,
  json,
  list,
  object,
  orNull,
  request,
  text,
  TOPIC,
  whole,
} from '../parts.js';

const PARTITION = object({
  partition: whole(),
  leader: orNull(whole('Id of the broker.')),
  replicas: list(whole()),
  inSyncReplicas: list(whole()),
});

/** What a topic that is to be made has. */
export const TOPIC_FIELDS = {
  topic: { type: 'string', pattern: '^[a-zA-Z0-9._-]{1,249}$' },
  partitions: { type: 'integer', minimum: 1, maximum: 10_000, default: 3 },
  replicationFactor: { type: 'integer', minimum: 1, maximum: 15, default: 2 },
  config: {
    type: 'object',
    maxProperties: 50,
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
} as const;

export const topicPaths: Paths = {
  '/topics': {
    get: {
      id: 'listTopics',
      tag: 'Topics',
      summary: 'Names of the topics',
      answers: { 200: answer('The names, sorted.', list(text()), ['nf-emitidas', 'pedidos']) },
      problems: ['unknown_parameter', 'kafka_unavailable'],
    },
  },
  '/topics/{topic}': {
    get: {
      id: 'describeTopic',
      tag: 'Topics',
      summary: 'Partitions, replicas, and the settings that matter to durability',
      parameters: [TOPIC],
      answers: {
        200: answer(
          'The topic.',
          object({
            topic: text(),
            partitions: list(PARTITION),
            config: { type: 'object', additionalProperties: { type: 'string' } },
          }),
          {
            topic: 'nf-emitidas',
            partitions: [{ partition: 0, leader: 1, replicas: [1, 2], inSyncReplicas: [1, 2] }],
            config: { 'min.insync.replicas': '2' },
          },
        ),
      },
      problems: [
        'invalid_topic',
        'topic_forbidden',
        'unknown_topic',
        'topic_not_authorized',
        'unknown_parameter',
        'kafka_unavailable',
      ],
    },
  },
  '/admin/topics': {
    post: {
      id: 'createTopic',
      tag: 'Topics',
      summary: 'Make a topic',
      body: {
        required: true,
        content: json(
          request(
            { topic: TOPIC_FIELDS.topic },
            {
              partitions: TOPIC_FIELDS.partitions,
              replicationFactor: TOPIC_FIELDS.replicationFactor,
              config: TOPIC_FIELDS.config,
            },
          ),
          { topic: 'nome-do-topico', partitions: 3, replicationFactor: 2, config: {} },
        ),
      },
      answers: {
        201: answer(
          'It is made.',
          object({
            success: constant(true),
            topic: text(),
            partitions: whole(),
            replicationFactor: whole(),
          }),
          { success: true, topic: 'nome-do-topico', partitions: 3, replicationFactor: 2 },
        ),
      },
      problems: [
        'invalid_json',
        'json_too_deep',
        'invalid_utf8',
        'invalid_body',
        'unknown_parameter',
        'invalid_topic',
        'topic_forbidden',
        'topic_exists',
        'topic_refused',
        'topic_not_authorized',
        'kafka_unavailable',
        'shutting_down',
      ],
    },
  },
};
