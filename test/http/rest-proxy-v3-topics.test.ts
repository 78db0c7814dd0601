import { kafkaError } from './memory-ports.js';
import { json, postJson, type JsonAnswer } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

let bridge: RunningBridge;
let base: string;

beforeAll(async () => {
  bridge = await startBridge();
  base = `${bridge.url}/v3/clusters/memory`;
});

beforeEach(() => {
  const { partitions } = bridge.topics;
  partitions.clear();
  partitions.set('orders', 2);
  partitions.set('invoices', 1);
  partitions.set('__consumer_offsets', 50);
});

afterAll(() => bridge.stop());

const get = (path: string): Promise<JsonAnswer> => json(`${base}${path}`);
const at = (path: string) => ({ related: `${base}${path}` });
const crn = (name: string) => `crn:///kafka=memory${name}`;

const CLUSTER = () => ({
  kind: 'KafkaCluster',
  metadata: { self: base, resource_name: crn('') },
  cluster_id: 'memory',
  controller: at('/brokers/1'),
  acls: at('/acls'),
  brokers: at('/brokers'),
  broker_configs: at('/broker-configs'),
  consumer_groups: at('/consumer-groups'),
  topics: at('/topics'),
  partition_reassignments: at('/topics/-/partitions/-/reassignment'),
});

const topic = (name: string, count: number) => ({
  kind: 'KafkaTopic',
  metadata: { self: `${base}/topics/${name}`, resource_name: crn(`/topic=${name}`) },
  cluster_id: 'memory',
  topic_name: name,
  is_internal: false,
  replication_factor: 2,
  partitions_count: count,
  partitions: at(`/topics/${name}/partitions`),
  configs: at(`/topics/${name}/configs`),
  partition_reassignments: at(`/topics/${name}/partitions/-/reassignment`),
  authorized_operations: [],
});

const partition = (number: number) => ({
  kind: 'KafkaPartition',
  metadata: {
    self: `${base}/topics/orders/partitions/${number}`,
    resource_name: crn(`/topic=orders/partition=${number}`),
  },
  cluster_id: 'memory',
  topic_name: 'orders',
  partition_id: number,
  leader: at(`/topics/orders/partitions/${number}/replicas/1`),
  replicas: at(`/topics/orders/partitions/${number}/replicas`),
  reassignment: at(`/topics/orders/partitions/${number}/reassignment`),
});

const replica = (broker: number) => ({
  kind: 'KafkaReplica',
  metadata: {
    self: `${base}/topics/orders/partitions/1/replicas/${broker}`,
    resource_name: crn(`/topic=orders/partition=1/replica=${broker}`),
  },
  cluster_id: 'memory',
  topic_name: 'orders',
  partition_id: 1,
  broker_id: broker,
  is_leader: broker === 1,
  is_in_sync: broker === 1,
  broker: at(`/brokers/${broker}`),
});

const setting = (name: string, value: string | null, source: string) => ({
  kind: 'KafkaTopicConfig',
  metadata: {
    self: `${base}/topics/orders/configs/${name}`,
    resource_name: crn(`/topic=orders/config=${name}`),
  },
  cluster_id: 'memory',
  topic_name: 'orders',
  name,
  value,
  is_default: source === 'DEFAULT_CONFIG',
  is_read_only: false,
  is_sensitive: value === null,
  source,
  synonyms: [],
});

const broker = () => ({
  kind: 'KafkaBroker',
  metadata: { self: `${base}/brokers/1`, resource_name: crn('/broker=1') },
  cluster_id: 'memory',
  broker_id: 1,
  host: 'localhost',
  port: 9092,
  configs: at('/brokers/1/configs'),
  partition_replicas: at('/brokers/1/partition-replicas'),
});

const list = (kind: string, path: string, data: object[]) => ({
  kind,
  metadata: { self: base + path, next: null },
  data,
});

test('the clusters are the one', async () => {
  const { status, body, headers } = await json(`${bridge.url}/v3/clusters`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(body).toEqual({
    kind: 'KafkaClusterList',
    metadata: { self: `${bridge.url}/v3/clusters`, next: null },
    data: [CLUSTER()],
  });
});

test.each<[string, () => object]>([
  ['', () => CLUSTER()],
  ['/brokers', () => list('KafkaBrokerList', '/brokers', [broker()])],
  ['/brokers/1', () => broker()],
  ['/topics', () => list('KafkaTopicList', '/topics', [topic('invoices', 1), topic('orders', 2)])],
  ['/topics/orders', () => topic('orders', 2)],
  [
    '/topics/orders/partitions',
    () => list('KafkaPartitionList', '/topics/orders/partitions', [partition(0), partition(1)]),
  ],
  ['/topics/orders/partitions/1', () => partition(1)],
  [
    '/topics/orders/partitions/1/replicas',
    () =>
      list('KafkaReplicaList', '/topics/orders/partitions/1/replicas', [replica(1), replica(2)]),
  ],
  [
    '/topics/orders/configs',
    () =>
      list('KafkaTopicConfigList', '/topics/orders/configs', [
        setting('cleanup.policy', 'delete', 'DEFAULT_CONFIG'),
        setting('retention.ms', '604800000', 'DYNAMIC_TOPIC_CONFIG'),
        setting('secret', null, 'UNKNOWN'),
      ]),
  ],
  [
    '/topics/orders/configs/retention.ms',
    () => setting('retention.ms', '604800000', 'DYNAMIC_TOPIC_CONFIG'),
  ],
])('GET %s', async (path, body) => {
  const answer = await get(path);
  expect([answer.status, answer.body]).toEqual([200, body()]);
});

test.each<[string, number, number]>([
  ['/topics/missing', 404, 40403],
  ['/topics/a%20b', 404, 40403],
  ['/topics/missing/partitions', 404, 40403],
  ['/topics/missing/configs', 404, 40403],
  ['/topics/orders/partitions/2', 404, 40402],
  ['/topics/orders/partitions/x', 404, 404],
  ['/topics/orders/configs/none', 404, 404],
  ['/topics/__consumer_offsets', 403, 40301],
  ['/brokers/9', 404, 404],
  ['/nowhere', 404, 404],
  ['/acls', 501, 501],
  ['/consumer-groups/g/lags', 501, 501],
  ['/topics/-/partitions/-/reassignment', 501, 501],
])('GET %s is answered with %d %d', async (path, status, code) => {
  const answer = await get(path);
  expect([answer.status, answer.body]).toEqual([
    status,
    { error_code: code, message: expect.any(String) },
  ]);
});

test.each<[string, string]>([
  ['/v3/clusters/other', 'HTTP 404 Not Found'],
  ['/v3/clusters/other/topics', 'Cluster other cannot be found.'],
  ['/v3/clusters/other/brokers', 'Cluster other cannot be found.'],
])('GET %s: %s', async (path, message) => {
  const { status, body } = await json(`${bridge.url}${path}`);
  expect([status, body]).toEqual([404, { error_code: 404, message }]);
});

test('consumers are not had', async () => {
  const { status, body } = await postJson(`${bridge.url}/consumers/g`, '{}', {
    'content-type': 'application/vnd.kafka.v2+json',
  });
  expect([status, body['error_code']]).toEqual([501, 501]);
});

test('says that Kafka is away', async () => {
  bridge.topics.down = true;
  const { status, body } = await json(`${bridge.url}/v3/clusters`);
  bridge.topics.down = false;
  expect([status, body['error_code']]).toEqual([503, 50302]);
});

describe('a topic', () => {
  const create = (body: object | string) =>
    postJson(`${base}/topics`, typeof body === 'string' ? body : JSON.stringify(body));

  test('is made, and its address told', async () => {
    const { status, headers, body } = await create({
      topic_name: 'new',
      partitions_count: 3,
      replication_factor: 2,
      configs: [
        { name: 'retention.ms', value: '1' },
        { name: 'cleanup.policy', value: null },
      ],
    });
    expect([status, body]).toEqual([201, topic('new', 3)]);
    expect(headers.get('location')).toBe(`${base}/topics/new`);
    expect(bridge.topics.wanted.at(-1)).toEqual({
      topic: 'new',
      partitions: 3,
      replicationFactor: 2,
      config: { 'retention.ms': '1' },
      validateOnly: false,
    });
  });

  test('has the brokers\u2019 own numbers when none are given', async () => {
    expect((await create({ topic_name: 'bare' })).body).toMatchObject({ partitions_count: 6 });
    expect(bridge.topics.wanted.at(-1)).toMatchObject({
      partitions: null,
      replicationFactor: null,
    });
  });

  test('can say which broker has which partition', async () => {
    await create({ topic_name: 'assigned', replicas_assignments: { 0: [1, 2], 1: [2, 1] } });
    expect(bridge.topics.wanted.at(-1)?.assignments).toEqual([
      { partition: 0, replicas: [1, 2] },
      { partition: 1, replicas: [2, 1] },
    ]);
  });

  test('is only tried where that is asked for', async () => {
    const { status, body } = await create({
      topic_name: 'tried',
      partitions_count: 2,
      replication_factor: 2,
      validate_only: true,
    });
    expect([status, body]).toEqual([200, topic('tried', 2)]);
    expect(bridge.topics.partitions.has('tried')).toBe(false);
  });

  test.each<[string, object | string, number, number]>([
    ['that is there', { topic_name: 'orders' }, 400, 40002],
    ['with no partition', { topic_name: 'a', partitions_count: 0 }, 400, 40002],
    ['without a body', '', 422, 42206],
    ['without a name', {}, 400, 400],
    ['that is no JSON', '{', 400, 400],
    ['with a bad name', { topic_name: 'a b' }, 422, 42206],
    ['of Kafka', { topic_name: '__a' }, 403, 40301],
    ['with a field that nobody knows', { topic_name: 'a', foo: 1 }, 400, 400],
    ['with partitions that are no number', { topic_name: 'a', partitions_count: 'all' }, 400, 400],
    ['with settings that are none', { topic_name: 'a', configs: { a: 1 } }, 400, 400],
    ['with brokers that are none', { topic_name: 'a', replicas_assignments: { 0: 1 } }, 400, 400],
  ])('%s is not made', async (_, body, status, code) => {
    const answer = await create(body);
    expect([answer.status, answer.body]).toEqual([
      status,
      { error_code: code, message: expect.any(String) },
    ]);
    expect([...bridge.topics.partitions.keys()]).toHaveLength(3);
  });

  test('is refused with Kafka\u2019s own reason', async () => {
    bridge.topics.refuseCreation = kafkaError('topic_refused', 'INVALID_CONFIG: no such setting');
    const { status, body } = await create({ topic_name: 'refused' });
    bridge.topics.refuseCreation = null;
    expect([status, body]).toEqual([
      400,
      { error_code: 40002, message: 'INVALID_CONFIG: no such setting' },
    ]);
  });

  test('is enlarged', async () => {
    const enlarge = (name: string, body: string) =>
      postJson(`${base}/topics/${name}`, body, {}, 'PATCH');
    expect((await enlarge('orders', '{"partitions_count":5}')).body).toEqual(topic('orders', 5));
    const codes = [
      await enlarge('orders', '{"partitions_count":5}'),
      await enlarge('missing', '{"partitions_count":5}'),
      await enlarge('dlq-topic', '{"partitions_count":5}'),
      await enlarge('orders', '{}'),
      await enlarge('orders', ''),
    ].map(({ status, body }) => [status, body['error_code']]);
    expect(codes).toEqual([
      [400, 40002],
      [404, 40403],
      [403, 40301],
      [400, 400],
      [422, 42206],
    ]);
  });

  test('is deleted', async () => {
    const remove = (name: string) => json(`${base}/topics/${name}`, { method: 'DELETE' });
    expect((await remove('orders')).status).toBe(204);
    expect(bridge.topics.partitions.has('orders')).toBe(false);
    const codes = [
      await remove('orders'),
      await remove('__consumer_offsets'),
      await remove('dlq-topic'),
    ];
    expect(codes.map(({ status, body }) => [status, body['error_code']])).toEqual([
      [404, 40403],
      [403, 40301],
      [403, 40301],
    ]);
  });
});
