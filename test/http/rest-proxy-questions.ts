import type { Asked } from './asked.js';
import { OPERATIONS, operationNamed } from './openapi-schemas.js';

export const V2 = { accept: 'application/vnd.kafka.v2+json' };
export const V1 = { accept: 'application/vnd.kafka.v1+json' };
export const JSON_V2 = { 'content-type': 'application/vnd.kafka.json.v2+json' };
const BINARY_V2 = { 'content-type': 'application/vnd.kafka.binary.v2+json' };
export const NOW = { prefer: 'wait=0' };
/** More headers than a request may have. */
const MANY = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`x-${n}`, '']));
const NO_KEY = { 'idempotency-key': '' };
const V3 = '/v3/clusters/memory';
export const V3_ORDERS = `${V3}/topics/orders`;

const withId = (id: string) => Buffer.from(id).toString('base64');
export const v2 = (...ids: readonly string[]) =>
  JSON.stringify({
    records: ids.map((id) => ({ value: 1, headers: [{ key: 'message-id', value: withId(id) }] })),
  });
const v3 = (id: string, more: object = {}) => ({
  ...more,
  key: { type: 'STRING', data: 'k' },
  value: { type: 'JSON', data: { a: 1 } },
  headers: [{ name: 'message-id', value: withId(id) }],
});
const stream = (...records: readonly object[]) =>
  records.map((one) => JSON.stringify(one)).join('\n');
const batch = (...entries: readonly object[]) => JSON.stringify({ entries });

export const STREAM = stream(v3('v3-sent'), v3('v3-new'), v3('v3-large'), v3('v3-refused'), {
  foo: 1,
});
export const BATCH = batch(
  v3('b-sent', { id: 'a' }),
  v3('b-new', { id: 'b' }),
  v3('b-large', { id: 'c' }),
  { id: 'd', value: { type: 'BINARY', data: '?' } },
);

/** Answers of the second version, which come in the type of the first one, too. */
export const ANSWERS_OF_V2: readonly Asked[] = [
  ['postRecord', 200, '/topics/orders', v2('sent'), JSON_V2],
  ['postRecord', 202, '/topics/orders', v2('new', 'sent'), JSON_V2],
  ['postRecord', 422, '/topics/orders', v2('sent', 'dead', 'new'), JSON_V2],
  ['v2PostToPartition', 200, '/topics/orders/partitions/0', v2('sent-0'), JSON_V2],
  ['v2PostToPartition', 202, '/topics/orders/partitions/0', v2('new-0'), JSON_V2],
  ['v2PostToPartition', 422, '/topics/orders/partitions/0', v2('dead-0'), JSON_V2],
  ['listTopics', 200, '/topics'],
  ['describeTopic', 200, '/topics/orders'],
  ['v2Partitions', 200, '/topics/orders/partitions'],
  ['v2Partition', 200, '/topics/orders/partitions/0'],
  ['v2PartitionOffsets', 200, '/topics/orders/partitions/0/offsets'],
  ['v2Brokers', 200, '/brokers'],
  ['v2Root', 200, '/'],
];

export const ANSWERS_OF_V3: readonly Asked[] = [
  ['v3Clusters', 200, '/v3/clusters'],
  ['v3Cluster', 200, V3],
  ['v3Brokers', 200, `${V3}/brokers`],
  ['v3Broker', 200, `${V3}/brokers/1`],
  ['v3Topics', 200, `${V3}/topics`],
  ['v3Topic', 200, V3_ORDERS],
  ['v3Partitions', 200, `${V3_ORDERS}/partitions`],
  ['v3Partition', 200, `${V3_ORDERS}/partitions/0`],
  ['v3Replicas', 200, `${V3_ORDERS}/partitions/0/replicas`],
  ['v3TopicConfigs', 200, `${V3_ORDERS}/configs`],
  ['v3TopicConfig', 200, `${V3_ORDERS}/configs/secret`],
  ['v3CreateTopic', 200, `${V3}/topics`, '{"topic_name":"tried","validate_only":true}'],
  ['v3CreateTopic', 201, `${V3}/topics`, '{"topic_name":"made","partitions_count":2}'],
  ['v3EnlargeTopic', 200, `${V3}/topics/made`, '{"partitions_count":3}'],
  ['v3DeleteTopic', 204, `${V3}/topics/made`],
  ['v3PostRecords', 200, `${V3_ORDERS}/records`, STREAM, NOW],
  ['v3PostRecords', 200, `${V3_ORDERS}/records`, 'none', NOW],
  ['v3PostBatch', 207, `${V3_ORDERS}/records:batch`, BATCH, NOW],
];

export const REFUSALS: readonly Asked[] = [
  ['postRecord', 400, '/topics/orders', '{"records":[', JSON_V2],
  ['postRecord', 400, '/topics/orders', '{"records":[{"value":"?"}]}', BINARY_V2],
  ['postRecord', 403, '/topics/__consumer_offsets', v2('a'), JSON_V2],
  ['postRecord', 404, '/topics/missing', v2('a'), JSON_V2],
  ['postRecord', 404, '/topics/orders', '{"records":[{"value":1,"partition":7}]}', JSON_V2],
  ['postRecord', 406, '/topics/orders', v2('a'), { ...JSON_V2, accept: 'text/html' }],
  [
    'postRecord',
    415,
    '/topics/orders',
    v2('a'),
    { 'content-type': 'application/vnd.kafka.x+json' },
  ],
  ['postRecord', 422, '/topics/orders', '{"records":[]}', JSON_V2],
  ['postRecord', 422, '/topics/a%20b', v2('a'), JSON_V2],
  ['v2PostToPartition', 404, '/topics/orders/partitions/x', v2('a'), JSON_V2],
  ['v2PostToPartition', 404, '/topics/orders/partitions/-1', v2('a'), JSON_V2],
  [
    'v2PostToPartition',
    415,
    '/topics/orders/partitions/0',
    v2('a'),
    { 'content-type': 'text/xml' },
  ],
  ['v2PostToPartition', 422, '/topics/orders/partitions/0?acks=0', v2('a'), JSON_V2],
  ['listTopics', 406, '/topics', undefined, { accept: 'application/vnd.kafka.x+json' }],
  ['describeTopic', 403, '/topics/__consumer_offsets', undefined, V2],
  ['describeTopic', 404, '/topics/missing', undefined, V2],
  ['v2Partitions', 403, '/topics/__consumer_offsets/partitions'],
  ['v2Partitions', 404, '/topics/missing/partitions'],
  ['v2Partition', 404, '/topics/orders/partitions/7'],
  ['v2PartitionOffsets', 404, '/topics/orders/partitions/x/offsets'],
  ['v2Brokers', 406, '/brokers', undefined, { accept: 'text/html' }],
  ['v2Root', 406, '/', undefined, { accept: 'text/html' }],
  ['v2Root', 406, '/', undefined, { accept: 'application/vnd.kafka.x+json' }],
  ['createTopic', 400, '/admin/topics', '{"topic_name":"a b"}'],
  ['v3Cluster', 404, '/v3/clusters/other'],
  ['v3Brokers', 404, '/v3/clusters/other/brokers'],
  ['v3Broker', 404, `${V3}/brokers/7`],
  ['v3Topics', 404, '/v3/clusters/other/topics'],
  ['v3Topics', 431, `${V3}/topics`, undefined, MANY],
  ['v3Topic', 403, `${V3}/topics/__consumer_offsets`],
  ['v3Topic', 404, `${V3}/topics/missing`],
  ['v3Partitions', 404, `${V3}/topics/missing/partitions`],
  ['v3Partition', 404, `${V3_ORDERS}/partitions/7`],
  ['v3Replicas', 404, `${V3_ORDERS}/partitions/x/replicas`],
  ['v3TopicConfigs', 404, `${V3}/topics/missing/configs`],
  ['v3TopicConfig', 404, `${V3_ORDERS}/configs/none`],
  ['v3CreateTopic', 400, `${V3}/topics`, '{"topic_name":"orders"}'],
  ['v3CreateTopic', 400, `${V3}/topics`, '{}'],
  ['v3CreateTopic', 403, `${V3}/topics`, '{"topic_name":"__a"}'],
  ['v3CreateTopic', 415, `${V3}/topics`, '{}', { 'content-type': 'text/plain' }],
  ['v3CreateTopic', 422, `${V3}/topics`, ''],
  ['v3CreateTopic', 422, `${V3}/topics`, '{"topic_name":"a b"}'],
  ['v3EnlargeTopic', 400, V3_ORDERS, '{"partitions_count":1}'],
  ['v3EnlargeTopic', 404, `${V3}/topics/missing`, '{"partitions_count":9}'],
  ['v3EnlargeTopic', 422, V3_ORDERS, ''],
  ['v3DeleteTopic', 403, `${V3}/topics/dlq-topic`],
  ['v3DeleteTopic', 404, `${V3}/topics/missing`],
  ['v3PostRecords', 404, '/v3/clusters/other/topics/orders/records', STREAM],
  ['v3PostRecords', 415, `${V3_ORDERS}/records`, STREAM, { 'content-type': 'text/plain' }],
  ['v3PostRecords', 415, `${V3_ORDERS}/records`, STREAM, { 'content-encoding': 'gzip' }],
  ['v3PostRecords', 422, `${V3_ORDERS}/records`, ''],
  ['v3PostBatch', 400, `${V3_ORDERS}/records:batch`, '{'],
  ['v3PostBatch', 404, '/v3/clusters/other/topics/orders/records:batch', BATCH],
  ['v3PostBatch', 422, `${V3_ORDERS}/records:batch`, '{"entries":[]}'],
  ['v3PostBatch', 422, `${V3_ORDERS}/records:batch`, '{"records":[]}'],
  ['v3PostBatch', 422, `${V3_ORDERS}/records:batch`, BATCH, NO_KEY],
  ['v3PostRecords', 422, `${V3_ORDERS}/records`, STREAM, NO_KEY],
  ['postRecord', 422, '/topics/orders', v2('a'), { ...JSON_V2, ...NO_KEY }],
];

/** With Kafka out of reach, whoever asks about it. */
export const WITHOUT_KAFKA: readonly Asked[] = [...ANSWERS_OF_V2, ...ANSWERS_OF_V3]
  .filter(([id, , path]) => path !== '/' && operationNamed(id).method === 'get')
  .map(([id, , path]) => [id, 503, path, undefined, path.startsWith('/v3') ? {} : V2]);

export const NOT_HAD: readonly Asked[] = OPERATIONS.filter(
  ({ responses }) => '501' in responses,
).map(({ operationId, method, path }) => {
  const asked = path.replace('{cluster}', 'memory').replaceAll(/\{\w+\}/g, 'any');
  return [operationId, 501, asked, method === 'get' ? undefined : '{}'];
});
