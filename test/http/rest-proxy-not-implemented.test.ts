import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post } from './wire.js';
import { GOOD } from './with-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 2);
});

afterAll(() => bridge.stop());

/** Status and code of the refusal; a good POST comes after it. */
async function refusalOf(method: string, path: string, body: string, type: string) {
  const before = bridge.store.stats().totals.received;
  const answer = await exchange(bridge.port, post(path, body, { 'content-type': type }, method));
  const next = await exchange(bridge.port, post('/topics/orders', GOOD));
  const stored = bridge.store.stats().totals.received - before;
  return { status: answer.status, body: JSON.parse(answer.body), next: next.status, stored };
}

const refused = (code: number) => ({
  status: code,
  body: { error_code: code, message: expect.any(String) },
  next: 201,
  stored: 1,
});

const INSTANCE = '/consumers/g/instances/i';

test.each<[string, string]>([
  ['POST', '/consumers/g'],
  ['DELETE', INSTANCE],
  ['POST', `${INSTANCE}/subscription`],
  ['GET', `${INSTANCE}/subscription`],
  ['DELETE', `${INSTANCE}/subscription`],
  ['POST', `${INSTANCE}/assignments`],
  ['GET', `${INSTANCE}/records`],
  ['POST', `${INSTANCE}/offsets`],
  ['GET', `${INSTANCE}/offsets`],
  ['POST', `${INSTANCE}/positions`],
  ['POST', `${INSTANCE}/positions/beginning`],
  ['POST', `${INSTANCE}/positions/end`],
])('v2 says 501 to %s %s', async (method, path) => {
  const type = 'application/vnd.kafka.v2+json';
  expect(await refusalOf(method, path, '{}', type)).toEqual(refused(501));
});

test.each<[string, string]>([
  ['GET', '/acls'],
  ['POST', '/acls'],
  ['DELETE', '/acls'],
  ['POST', '/acls:batch'],
  ['GET', '/broker-configs'],
  ['POST', '/broker-configs:alter'],
  ['GET', '/broker-configs/compression.type'],
  ['PUT', '/broker-configs/compression.type'],
  ['DELETE', '/broker-configs/compression.type'],
  ['GET', '/brokers/1/configs'],
  ['POST', '/brokers/1/configs:alter'],
  ['GET', '/brokers/1/configs/compression.type'],
  ['PUT', '/brokers/1/configs/compression.type'],
  ['GET', '/brokers/1/partition-replicas'],
  ['GET', '/consumer-groups'],
  ['GET', '/consumer-groups/g'],
  ['GET', '/consumer-groups/g/consumers'],
  ['GET', '/consumer-groups/g/consumers/c'],
  ['GET', '/consumer-groups/g/consumers/c/assignments'],
  ['GET', '/consumer-groups/g/consumers/c/assignments/orders/partitions/0'],
  ['GET', '/consumer-groups/g/lag-summary'],
  ['GET', '/consumer-groups/g/lags'],
  ['GET', '/consumer-groups/g/lags/orders/partitions/0'],
  ['GET', '/topics/-/partitions/-/reassignment'],
  ['GET', '/topics/orders/partitions/0/reassignment'],
  ['POST', '/topics/orders/configs:alter'],
  ['PUT', '/topics/orders/configs/retention.ms'],
  ['DELETE', '/topics/orders/configs/retention.ms'],
])('v3 says 501 to %s %s', async (method, path) => {
  const answer = refusalOf(method, `/v3/clusters/memory${path}`, '{}', 'application/json');
  expect(await answer).toEqual(refused(501));
});

test.each<[string, string]>([
  ['GET', '/topics/orders/partitions/0/offset'],
  ['GET', '/topics/orders/partitions/0/offsets'],
  ['GET', '/topics/orders/partitions/0/replicas/1'],
])('v3 does not know %s %s', async (method, path) => {
  const answer = refusalOf(method, `/v3/clusters/memory${path}`, '{}', 'application/json');
  expect(await answer).toEqual(refused(404));
});
