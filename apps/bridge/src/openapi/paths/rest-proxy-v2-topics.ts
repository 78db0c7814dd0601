import type { ProblemCode } from '../../problem/index.js';
import type { Operation, Paths, Schema } from '../openapi.types.js';
import { json, list, named, object, orNull, request, text, TOPIC, truth, whole } from '../parts.js';
import { answerV2, PARTITION, V2_TAG } from './rest-proxy-parts.js';
import { TOPIC_FIELDS } from './topics.js';

export const V2_TOPIC_SCHEMAS: Readonly<Record<string, Schema>> = {
  V2Partition: object({
    partition: whole(),
    leader: { type: 'integer', minimum: -1, description: 'Id of the broker; -1: there is none.' },
    replicas: list(object({ broker: whole(), leader: truth(), in_sync: truth() })),
  }),
  V2Topic: object({
    name: text(),
    configs: { type: 'object', additionalProperties: { type: 'string' } },
    partitions: list(named('V2Partition')),
  }),
};

const PARTITION_EXAMPLE = {
  partition: 0,
  leader: 1,
  replicas: [
    { broker: 1, leader: true, in_sync: true },
    { broker: 2, leader: false, in_sync: true },
  ],
};

/** What every question about one topic can be refused with. */
const OF_TOPIC: readonly ProblemCode[] = [
  'not_acceptable',
  'topic_forbidden',
  'unknown_topic',
  'topic_not_authorized',
  'kafka_unavailable',
];
const OF_PARTITION: readonly ProblemCode[] = [...OF_TOPIC, 'not_found', 'unknown_partition'];

type Asked = Pick<Operation, 'id' | 'summary' | 'answers' | 'problems'> & Partial<Operation>;
const asked = (operation: Asked): Operation => ({ tag: V2_TAG, refusedIn: ['v2'], ...operation });

const WITH_ACCEPT =
  'With an `Accept` that names `application/vnd.kafka.\u2026` the answer is that of the Kafka REST Proxy.';

export const v2TopicPaths: Paths = {
  '/topics': {
    get: asked({
      id: 'v2Topics',
      summary: 'Names of the topics',
      description: WITH_ACCEPT,
      answers: { 200: answerV2('The names, sorted.', list(text()), ['nf-emitidas', 'pedidos']) },
      problems: ['not_acceptable', 'kafka_unavailable'],
    }),
  },
  '/topics/{topic}': {
    get: asked({
      id: 'v2Topic',
      summary: 'Partitions and settings of a topic',
      description: WITH_ACCEPT,
      parameters: [TOPIC],
      answers: {
        200: answerV2('The topic.', named('V2Topic'), {
          name: 'nf-emitidas',
          configs: { 'cleanup.policy': 'delete' },
          partitions: [PARTITION_EXAMPLE],
        }),
      },
      problems: OF_TOPIC,
      codesHere: { unknown_topic: 40403 },
    }),
  },
  '/topics/{topic}/partitions': {
    get: asked({
      id: 'v2Partitions',
      summary: 'Partitions of a topic',
      parameters: [TOPIC],
      answers: {
        200: answerV2('The partitions.', list(named('V2Partition')), [PARTITION_EXAMPLE]),
      },
      problems: OF_TOPIC,
    }),
  },
  '/topics/{topic}/partitions/{partition}': {
    get: asked({
      id: 'v2Partition',
      summary: 'One partition',
      parameters: [TOPIC, PARTITION],
      answers: { 200: answerV2('The partition.', named('V2Partition'), PARTITION_EXAMPLE) },
      problems: OF_PARTITION,
    }),
  },
  '/topics/{topic}/partitions/{partition}/offsets': {
    get: asked({
      id: 'v2PartitionOffsets',
      summary: 'Where a partition begins and ends',
      parameters: [TOPIC, PARTITION],
      answers: {
        200: answerV2(
          'The first offset that is there, and the next one that there will be.',
          object({ beginning_offset: whole(), end_offset: whole() }),
          { beginning_offset: 0, end_offset: 42 },
        ),
      },
      problems: [...OF_PARTITION, 'invalid_partition'],
    }),
  },
  '/brokers': {
    get: asked({
      id: 'v2Brokers',
      summary: 'Ids of the brokers',
      answers: {
        200: answerV2('The ids, sorted.', object({ brokers: list(whole()) }), { brokers: [1, 2] }),
      },
      problems: ['not_acceptable', 'kafka_unavailable'],
    }),
  },
  '/': {
    get: asked({
      id: 'v2Root',
      summary: 'Whether the server is there',
      answers: { 200: answerV2('It is.', { type: 'object', maxProperties: 0 }, {}) },
      problems: ['not_acceptable'],
      // Only a caller that names a type of the Kafka REST Proxy is known for one here.
      refusedIn: ['problem', 'v2'],
    }),
  },
  '/admin/topics': {
    post: {
      id: 'v2CreateTopic',
      tag: V2_TAG,
      summary: 'Make a topic',
      description: 'The names with an underscore are those of the Strimzi bridge.',
      body: {
        required: true,
        content: json(
          request(
            { topic_name: TOPIC_FIELDS.topic },
            {
              partitions_count: orNull(TOPIC_FIELDS.partitions),
              replication_factor: orNull(TOPIC_FIELDS.replicationFactor),
              config: TOPIC_FIELDS.config,
            },
          ),
          { topic_name: 'nome-do-topico', partitions_count: 3, replication_factor: 2 },
        ),
      },
      answers: {},
      problems: [],
    },
  },
};
