import type { Operation, Paths, Schema } from '../openapi.types.js';
import type { ProblemCode } from '../../problem/index.js';
import { answer, inPath, list, named, orNull, text, TOPIC, truth, whole } from '../parts.js';
import { CLUSTER, PARTITION } from './rest-proxy-parts.js';
import {
  at,
  inV3,
  listExample,
  RELATED,
  resource,
  resourceExample,
  resourceList,
} from './rest-proxy-v3-resources.js';

const NONE: Schema = { ...list({}), maxItems: 0 };

export const V3_TOPIC_SCHEMAS: Readonly<Record<string, Schema>> = {
  V3Topic: resource('KafkaTopic', {
    topic_name: text(),
    is_internal: truth(),
    replication_factor: whole(),
    partitions_count: whole(),
    partitions: RELATED,
    configs: RELATED,
    partition_reassignments: RELATED,
    authorized_operations: NONE,
  }),
  V3TopicList: resourceList('KafkaTopicList', 'V3Topic'),
  V3Partition: resource('KafkaPartition', {
    topic_name: text(),
    partition_id: whole(),
    leader: orNull(RELATED),
    replicas: RELATED,
    reassignment: RELATED,
  }),
  V3PartitionList: resourceList('KafkaPartitionList', 'V3Partition'),
  V3Replica: resource('KafkaReplica', {
    topic_name: text(),
    partition_id: whole(),
    broker_id: whole(),
    is_leader: truth(),
    is_in_sync: truth(),
    broker: RELATED,
  }),
  V3ReplicaList: resourceList('KafkaReplicaList', 'V3Replica'),
  V3TopicConfig: resource('KafkaTopicConfig', {
    topic_name: text(),
    name: text(),
    value: orNull(text('null: Kafka does not show it.')),
    is_default: truth(),
    is_read_only: truth(),
    is_sensitive: truth(),
    source: text(),
    synonyms: NONE,
  }),
  V3TopicConfigList: resourceList('KafkaTopicConfigList', 'V3TopicConfig'),
};

const PATH = '/topics/nf-emitidas';
const NAME = '/topic=nf-emitidas';
const OF_TOPIC = { topic_name: 'nf-emitidas' };

export const TOPIC_EXAMPLE = resourceExample('KafkaTopic', PATH, NAME, {
  ...OF_TOPIC,
  is_internal: false,
  replication_factor: 2,
  partitions_count: 3,
  partitions: at(`${PATH}/partitions`),
  configs: at(`${PATH}/configs`),
  partition_reassignments: at(`${PATH}/partitions/-/reassignment`),
  authorized_operations: [],
});

const PARTITION_PATH = `${PATH}/partitions/0`;
const PARTITION_EXAMPLE = resourceExample('KafkaPartition', PARTITION_PATH, `${NAME}/partition=0`, {
  ...OF_TOPIC,
  partition_id: 0,
  leader: at(`${PARTITION_PATH}/replicas/1`),
  replicas: at(`${PARTITION_PATH}/replicas`),
  reassignment: at(`${PARTITION_PATH}/reassignment`),
});

const REPLICA_EXAMPLE = resourceExample(
  'KafkaReplica',
  `${PARTITION_PATH}/replicas/1`,
  `${NAME}/partition=0/replica=1`,
  {
    ...OF_TOPIC,
    partition_id: 0,
    broker_id: 1,
    is_leader: true,
    is_in_sync: true,
    broker: at('/brokers/1'),
  },
);

const CONFIG_EXAMPLE = resourceExample(
  'KafkaTopicConfig',
  `${PATH}/configs/retention.ms`,
  `${NAME}/config=retention.ms`,
  {
    ...OF_TOPIC,
    name: 'retention.ms',
    value: '604800000',
    is_default: false,
    is_read_only: false,
    is_sensitive: false,
    source: 'DYNAMIC_TOPIC_CONFIG',
    synonyms: [],
  },
);

const CONFIG_NAME = inPath('name', 'Name of the setting.', {
  type: 'string',
  minLength: 1,
  maxLength: 300,
  examples: ['retention.ms'],
});

/** What every question about one topic can be refused with. */
const PROBLEMS: readonly ProblemCode[] = [
  'unknown_cluster',
  'topic_forbidden',
  'unknown_topic',
  'topic_not_authorized',
  'kafka_unavailable',
];

const aboutTopic = (
  id: string,
  summary: string,
  parameters: Operation['parameters'],
  answers: Operation['answers'],
  more: readonly ProblemCode[] = [],
): Operation =>
  inV3({
    id,
    summary,
    parameters: [CLUSTER, TOPIC, ...(parameters ?? [])],
    answers,
    problems: [...PROBLEMS, ...more],
    codesHere: { unknown_topic: 40403 },
  });

export const v3TopicPaths: Paths = {
  '/v3/clusters/{cluster}/topics': {
    get: inV3({
      id: 'v3Topics',
      summary: 'The topics of the cluster',
      parameters: [CLUSTER],
      answers: {
        200: answer(
          'All that callers may see, sorted by name.',
          named('V3TopicList'),
          listExample('KafkaTopicList', '/topics', TOPIC_EXAMPLE),
        ),
      },
      problems: ['unknown_cluster', 'kafka_unavailable'],
    }),
  },
  '/v3/clusters/{cluster}/topics/{topic}': {
    get: aboutTopic('v3Topic', 'One topic', [], {
      200: answer('The topic.', named('V3Topic'), TOPIC_EXAMPLE),
    }),
  },
  '/v3/clusters/{cluster}/topics/{topic}/partitions': {
    get: aboutTopic('v3Partitions', 'Partitions of a topic', [], {
      200: answer(
        'All of them.',
        named('V3PartitionList'),
        listExample('KafkaPartitionList', `${PATH}/partitions`, PARTITION_EXAMPLE),
      ),
    }),
  },
  '/v3/clusters/{cluster}/topics/{topic}/partitions/{partition}': {
    get: aboutTopic(
      'v3Partition',
      'One partition',
      [PARTITION],
      { 200: answer('The partition.', named('V3Partition'), PARTITION_EXAMPLE) },
      ['not_found', 'unknown_partition'],
    ),
  },
  '/v3/clusters/{cluster}/topics/{topic}/partitions/{partition}/replicas': {
    get: aboutTopic(
      'v3Replicas',
      'Replicas of a partition',
      [PARTITION],
      {
        200: answer(
          'All of them.',
          named('V3ReplicaList'),
          listExample('KafkaReplicaList', `${PARTITION_PATH}/replicas`, REPLICA_EXAMPLE),
        ),
      },
      ['not_found', 'unknown_partition'],
    ),
  },
  '/v3/clusters/{cluster}/topics/{topic}/configs': {
    get: aboutTopic('v3TopicConfigs', 'Settings of a topic', [], {
      200: answer(
        'All of them.',
        named('V3TopicConfigList'),
        listExample('KafkaTopicConfigList', `${PATH}/configs`, CONFIG_EXAMPLE),
      ),
    }),
  },
  '/v3/clusters/{cluster}/topics/{topic}/configs/{name}': {
    get: aboutTopic(
      'v3TopicConfig',
      'One setting of a topic',
      [CONFIG_NAME],
      { 200: answer('The setting.', named('V3TopicConfig'), CONFIG_EXAMPLE) },
      ['not_found'],
    ),
  },
};
