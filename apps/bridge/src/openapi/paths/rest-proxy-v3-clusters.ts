import type { Paths, Schema } from '../openapi.types.js';
import { answer, inPath, named, orNull, text, whole } from '../parts.js';
import { CLUSTER } from './rest-proxy-parts.js';
import {
  at,
  clustersExample,
  inV3,
  listExample,
  RELATED,
  resource,
  resourceExample,
  resourceList,
} from './rest-proxy-v3-resources.js';

export const V3_CLUSTER_SCHEMAS: Readonly<Record<string, Schema>> = {
  V3Cluster: resource('KafkaCluster', {
    controller: orNull(RELATED),
    acls: RELATED,
    brokers: RELATED,
    broker_configs: RELATED,
    consumer_groups: RELATED,
    topics: RELATED,
    partition_reassignments: RELATED,
  }),
  V3ClusterList: resourceList('KafkaClusterList', 'V3Cluster'),
  V3Broker: resource('KafkaBroker', {
    broker_id: whole(),
    host: text(),
    port: whole(),
    configs: RELATED,
    partition_replicas: RELATED,
  }),
  V3BrokerList: resourceList('KafkaBrokerList', 'V3Broker'),
};

const CLUSTER_EXAMPLE = resourceExample('KafkaCluster', '', '', {
  controller: at('/brokers/1'),
  acls: at('/acls'),
  brokers: at('/brokers'),
  broker_configs: at('/broker-configs'),
  consumer_groups: at('/consumer-groups'),
  topics: at('/topics'),
  partition_reassignments: at('/topics/-/partitions/-/reassignment'),
});

const BROKER_EXAMPLE = resourceExample('KafkaBroker', '/brokers/1', '/broker=1', {
  broker_id: 1,
  host: 'kafka-1',
  port: 9092,
  configs: at('/brokers/1/configs'),
  partition_replicas: at('/brokers/1/partition-replicas'),
});

const BROKER = inPath('broker', 'Id of the broker.', {
  type: 'integer',
  minimum: 0,
  examples: [1],
});

export const v3ClusterPaths: Paths = {
  '/v3/clusters': {
    get: inV3({
      id: 'v3Clusters',
      summary: 'The one cluster that the bridge delivers to',
      answers: {
        200: answer('A list of one.', named('V3ClusterList'), clustersExample(CLUSTER_EXAMPLE)),
      },
      problems: ['kafka_unavailable'],
    }),
  },
  '/v3/clusters/{cluster}': {
    get: inV3({
      id: 'v3Cluster',
      summary: 'The cluster',
      parameters: [CLUSTER],
      answers: { 200: answer('It is this.', named('V3Cluster'), CLUSTER_EXAMPLE) },
      problems: ['not_found', 'kafka_unavailable'],
    }),
  },
  '/v3/clusters/{cluster}/brokers': {
    get: inV3({
      id: 'v3Brokers',
      summary: 'Its brokers',
      parameters: [CLUSTER],
      answers: {
        200: answer(
          'All of them.',
          named('V3BrokerList'),
          listExample('KafkaBrokerList', '/brokers', BROKER_EXAMPLE),
        ),
      },
      problems: ['unknown_cluster', 'kafka_unavailable'],
    }),
  },
  '/v3/clusters/{cluster}/brokers/{broker}': {
    get: inV3({
      id: 'v3Broker',
      summary: 'One broker',
      parameters: [CLUSTER, BROKER],
      answers: { 200: answer('The broker.', named('V3Broker'), BROKER_EXAMPLE) },
      problems: ['unknown_cluster', 'not_found', 'kafka_unavailable'],
    }),
  },
};
