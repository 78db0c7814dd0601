import type { Method, Operation, Paths } from '../openapi.types.js';
import { anyName, V2_TAG, V3_TAG } from './rest-proxy-parts.js';

const V3 = '/v3/clusters/{cluster}';
const ASSIGNMENTS = `${V3}/consumer-groups/{group}/consumers/{consumer}/assignments`;
const GROUP = '/consumers/{group}';
const INSTANCE = `${GROUP}/instances/{instance}`;

/**
 * Paths of the two contracts that the bridge does not have, with the beginning of their operations' ids and the methods
 * that the contracts have there. Any other method has the same answer, and is in no contract.
 */
const REFUSED: readonly (readonly [string, string, readonly Method[]])[] = [
  [GROUP, 'v2Consumers', ['post']],
  [INSTANCE, 'v2Consumer', ['delete']],
  [`${INSTANCE}/{what}`, 'v2ConsumerPart', ['get', 'post', 'delete']],
  [`${INSTANCE}/{what}/{detail}`, 'v2ConsumerDetail', ['post']],
  [`${V3}/acls`, 'v3Acls', ['get', 'post', 'delete']],
  [`${V3}/acls:batch`, 'v3AclsBatch', ['post']],
  [`${V3}/broker-configs`, 'v3BrokerConfigs', ['get']],
  [`${V3}/broker-configs:alter`, 'v3AlterBrokerConfigs', ['post']],
  [`${V3}/broker-configs/{name}`, 'v3BrokerConfig', ['get', 'put', 'delete']],
  [`${V3}/brokers/{broker}/configs`, 'v3ConfigsOfBroker', ['get']],
  [`${V3}/brokers/{broker}/configs:alter`, 'v3AlterConfigsOfBroker', ['post']],
  [`${V3}/brokers/{broker}/configs/{name}`, 'v3ConfigOfBroker', ['get', 'put', 'delete']],
  [`${V3}/brokers/{broker}/partition-replicas`, 'v3ReplicasOfBroker', ['get']],
  [`${V3}/consumer-groups`, 'v3ConsumerGroups', ['get']],
  [`${V3}/consumer-groups/{group}`, 'v3ConsumerGroup', ['get']],
  [`${V3}/consumer-groups/{group}/{what}`, 'v3ConsumerGroupPart', ['get']],
  [`${V3}/consumer-groups/{group}/{what}/{detail}`, 'v3ConsumerGroupDetail', ['get']],
  [ASSIGNMENTS, 'v3Assignments', ['get']],
  [`${ASSIGNMENTS}/{topic}/partitions/{partition}`, 'v3Assignment', ['get']],
  [`${V3}/consumer-groups/{group}/lags/{topic}/partitions/{partition}`, 'v3Lag', ['get']],
  [`${V3}/topics/{topic}/configs/{name}`, 'v3TopicConfig', ['put', 'delete']],
  [`${V3}/topics/{topic}/partitions/{partition}/reassignment`, 'v3Reassignment', ['get']],
  [`${V3}/topics/{topic}/configs:alter`, 'v3AlterTopicConfigs', ['post']],
];

export const notImplementedPaths: Paths = Object.fromEntries(
  REFUSED.map(([path, id, methods]) => [
    path,
    Object.fromEntries(methods.map((method) => [method, refused(path, id, method)])),
  ]),
);

function refused(path: string, id: string, method: Method): Operation {
  const isV3 = path.startsWith(V3);
  const type = isV3 ? 'application/json' : 'application/vnd.kafka.v2+json';
  const names = [...path.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? []);
  const withBody = method === 'post' || method === 'put';
  return {
    id: `${id}${method.charAt(0).toUpperCase()}${method.slice(1)}`,
    tag: isV3 ? V3_TAG : V2_TAG,
    summary: 'Not implemented',
    description:
      'The bridge writes to Kafka; it has no consumers, ACLs, broker settings and reassignments.',
    parameters: names.map(anyName),
    ...(withBody
      ? { body: { required: false, content: { [type]: { schema: {}, example: {} } } } }
      : {}),
    answers: {},
    problems: [
      'not_implemented',
      'shutting_down',
      ...(names.includes('topic') ? (['topic_forbidden'] as const) : []),
    ],
    refusedIn: [isV3 ? 'v3' : 'v2'],
  };
}
