import type { ProblemCode } from '../../problem/index.js';
import type { Operation, Paths, Response, Schema } from '../openapi.types.js';
import { answer, json, list, named, orNull, request, text, TOPIC } from '../parts.js';
import { CLUSTER } from './rest-proxy-parts.js';
import { inV3 } from './rest-proxy-v3-resources.js';
import { TOPIC_EXAMPLE } from './rest-proxy-v3-topics.js';
import { TOPIC_FIELDS } from './topics.js';

/** What the brokers have by default where it is not given. */
const PARTITIONS: Schema = { type: ['integer', 'null'], minimum: 1, maximum: 10_000 };
const REPLICAS: Schema = { type: ['integer', 'null'], minimum: 1, maximum: 15 };

const NEW_TOPIC = request(
  { topic_name: TOPIC_FIELDS.topic },
  {
    partitions_count: PARTITIONS,
    replication_factor: REPLICAS,
    replicas_assignments: {
      type: ['object', 'null'],
      description: 'Each partition with its brokers, in the place of the two numbers.',
      propertyNames: { pattern: '^\\d{1,5}$' },
      additionalProperties: list({ type: 'integer', minimum: 0, maximum: 2_147_483_647 }),
    },
    configs: orNull({
      ...list({
        type: 'object',
        properties: { name: text(), value: orNull(text('null: as it is by default.')) },
        required: ['name'],
      }),
      maxItems: 50,
    }),
    validate_only: { type: ['boolean', 'null'], description: 'true: nothing is made.' },
  },
);

const PROBLEMS_OF_BODY: readonly ProblemCode[] = [
  'empty_body',
  'invalid_json',
  'json_too_deep',
  'invalid_utf8',
  'invalid_body',
];

/** What every change of a topic can be refused with. */
const PROBLEMS: readonly ProblemCode[] = [
  'unknown_cluster',
  'unknown_topic',
  'topic_forbidden',
  'topic_not_authorized',
  'topic_refused',
  'kafka_unavailable',
  'shutting_down',
];

const change = (operation: Omit<Operation, 'tag' | 'refusedIn' | 'codesHere'>): Operation =>
  inV3({ ...operation, codesHere: { unknown_topic: 40403, empty_body: 42206 } });

const MADE: Response = {
  ...answer('It is made.', named('V3Topic'), TOPIC_EXAMPLE),
  headers: { Location: { description: 'The address of the topic.', schema: text() } },
};

export const v3TopicChangePaths: Paths = {
  '/v3/clusters/{cluster}/topics': {
    post: change({
      id: 'v3CreateTopic',
      summary: 'Make a topic',
      parameters: [CLUSTER],
      body: {
        required: true,
        content: json(NEW_TOPIC, {
          topic_name: 'nf-emitidas',
          partitions_count: 3,
          replication_factor: 2,
          configs: [{ name: 'retention.ms', value: '604800000' }],
        }),
      },
      answers: {
        200: answer('It could be made (`validate_only`).', named('V3Topic'), TOPIC_EXAMPLE),
        201: MADE,
      },
      problems: [...PROBLEMS_OF_BODY, ...PROBLEMS, 'invalid_topic', 'topic_exists'],
    }),
  },
  '/v3/clusters/{cluster}/topics/{topic}': {
    patch: change({
      id: 'v3EnlargeTopic',
      summary: 'Give a topic more partitions',
      parameters: [CLUSTER, TOPIC],
      body: {
        required: true,
        content: json(request({ partitions_count: TOPIC_FIELDS.partitions }), {
          partitions_count: 6,
        }),
      },
      answers: { 200: answer('It has them.', named('V3Topic'), TOPIC_EXAMPLE) },
      problems: [...PROBLEMS_OF_BODY, ...PROBLEMS],
    }),
    delete: change({
      id: 'v3DeleteTopic',
      summary: 'Delete a topic',
      parameters: [CLUSTER, TOPIC],
      answers: { 204: { description: 'It is gone.' } },
      problems: PROBLEMS,
    }),
  },
};
