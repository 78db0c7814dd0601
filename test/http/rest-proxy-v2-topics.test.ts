import { json, type JsonAnswer } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const V2 = 'application/vnd.kafka.v2+json';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge();
  bridge.topics.partitions.set('orders', 2);
  bridge.topics.partitions.set('__consumer_offsets', 50);
});

afterAll(() => bridge.stop());

const get = (path: string, accept = V2): Promise<JsonAnswer> =>
  json(`${bridge.url}${path}`, { headers: { accept } });

const partition = (number: number) => ({
  partition: number,
  leader: 1,
  replicas: [
    { broker: 1, leader: true, in_sync: true },
    { broker: 2, leader: false, in_sync: false },
  ],
});

test.each<[string, unknown]>([
  ['/topics', ['orders']],
  [
    '/topics/orders',
    {
      name: 'orders',
      configs: { 'cleanup.policy': 'delete', 'retention.ms': '604800000' },
      partitions: [partition(0), partition(1)],
    },
  ],
  ['/topics/orders/partitions', [partition(0), partition(1)]],
  ['/topics/orders/partitions/1', partition(1)],
  ['/topics/orders/partitions/1/offsets', { beginning_offset: 0, end_offset: 9007199254740991 }],
  ['/brokers', { brokers: [1] }],
  ['/', {}],
])('GET %s', async (path, body) => {
  const answer = await get(path);
  expect([answer.status, answer.body]).toEqual([200, body]);
  expect(answer.headers.get('content-type')).toBe(V2);
});

test('GET /topics and a topic stay the bridge\u2019s own for whoever asks for JSON', async () => {
  expect((await get('/topics', 'application/json')).headers.get('content-type')).toMatch(
    /^application\/json/,
  );
  expect((await get('/topics/orders', '*/*')).body).toMatchObject({ topic: 'orders' });
});

test('other routes do not mind what is accepted', async () => {
  expect((await get('/health/live')).status).toBe(200);
});

test.each<[string, number, number]>([
  ['/topics/missing', 404, 40403],
  ['/topics/a%20b', 404, 40403],
  ['/topics/missing/partitions', 404, 40401],
  ['/topics/missing/partitions/0', 404, 40401],
  ['/topics/missing/partitions/0/offsets', 404, 40401],
  ['/topics/orders/partitions/2', 404, 40402],
  ['/topics/orders/partitions/2/offsets', 404, 40402],
  ['/topics/orders/partitions/-1', 404, 40402],
  ['/topics/orders/partitions/x/offsets', 404, 404],
  ['/topics/__consumer_offsets', 403, 40301],
  ['/nowhere', 404, 404],
])('GET %s is answered with %d %d', async (path, status, code) => {
  const answer = await get(path);
  expect([answer.status, answer.body]).toEqual([
    status,
    { error_code: code, message: expect.any(String) },
  ]);
  expect(answer.headers.get('content-type')).toBe(V2);
});

test('says that Kafka is away, and when to come again', async () => {
  bridge.topics.down = true;
  const { status, body, headers } = await get('/brokers', 'application/json');
  bridge.topics.down = false;
  expect([status, body['error_code']]).toEqual([503, 50302]);
  expect(headers.get('retry-after')).toMatch(/^[1-5]$/);
});

test.each(['/brokers', '/topics/orders/partitions'])('GET %s refuses text/html', async (path) => {
  const { status, body } = await get(path, 'text/html');
  expect([status, body['error_code']]).toEqual([406, 406]);
});
