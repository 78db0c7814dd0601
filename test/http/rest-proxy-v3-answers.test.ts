import { gzipSync } from 'node:zlib';
import type { OutboxRecord } from '@bridge/outbox';
import { until } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { V3Stream } from './v3-stream.js';
import { exchange, post } from './wire.js';
import { GOOD } from './with-bridge.js';

const TOPIC = '/v3/clusters/memory/topics/orders';
const RECORD = '{"value":{"type":"JSON","data":1}}';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge();
  bridge.topics.partitions.set('orders', 1);
});

afterAll(() => bridge.stop());

/** The one record that is accepted after this. */
function next(): () => Promise<readonly OutboxRecord[]> {
  const before = bridge.relay.accepted.length;
  return async () => {
    await until(() => bridge.relay.accepted.length > before);
    return bridge.relay.accepted.slice(before);
  };
}

test('the head of the answer comes with the first record, before its answer', async () => {
  const accepted = next();
  const stream = V3Stream.open(bridge.port, 'orders');
  stream.send(RECORD);
  expect((await stream.response()).statusCode).toBe(200);
  await bridge.relay.confirm(await accepted());
  stream.finish();
  expect(await stream.all()).toMatchObject([{ error_code: 200 }]);
});

describe.each<[string, number]>([
  ['message_too_large', 413],
  ['topic_not_authorized', 40301],
  ['kafka_not_authorized', 40301],
  ['unknown_topic', 40401],
  ['invalid_partition', 40402],
  ['invalid_record', 50002],
  ['invalid_timestamp', 50002],
  ['code_of_an_older_release', 50002],
])('a record that Kafka has refused with %s', (code, number) => {
  const refusal = { error_code: number, message: 'Kafka refuses a record of this size' };

  test(`is ${number} in a stream`, async () => {
    const accepted = next();
    const stream = V3Stream.open(bridge.port, 'orders');
    stream.send(RECORD);
    await bridge.relay.bury(await accepted(), code);
    stream.finish();
    expect(await stream.all()).toEqual([refusal]);
  });

  test(`is ${number} in a batch`, async () => {
    const accepted = next();
    const body = `{"entries":[{"id":"a",${RECORD.slice(1)}]}`;
    const answer = exchange(bridge.port, post(`${TOPIC}/records:batch`, body));
    await bridge.relay.bury(await accepted(), code);
    expect(JSON.parse((await answer).body)).toEqual({
      successes: [],
      failures: [{ id: 'a', ...refusal }],
    });
  });
});

test('a stream does not come packed, and a batch may', async () => {
  const before = bridge.store.stats().totals.received;
  const packed = { 'content-encoding': 'gzip', prefer: 'wait=0' };
  const stream = await exchange(bridge.port, post(`${TOPIC}/records`, gzipSync(RECORD), packed));
  expect([stream.status, JSON.parse(stream.body)]).toEqual([
    415,
    { error_code: 415, message: 'A stream must come without Content-Encoding' },
  ]);
  expect(bridge.store.stats().totals.received).toBe(before);
  const entries = gzipSync(`{"entries":[{"id":"a",${RECORD.slice(1)}]}`);
  const batch = await exchange(bridge.port, post(`${TOPIC}/records:batch`, entries, packed));
  expect(batch.status).toBe(207);
  const good = await exchange(bridge.port, post('/topics/orders', GOOD, { prefer: 'wait=0' }));
  expect(good.status).toBe(201);
  expect(bridge.store.stats().totals.received).toBe(before + 2);
});

test.each<[string, number, string]>([
  ['__consumer_offsets', 40301, 'This topic is not open to callers'],
  ['_ponte.ledger', 40301, 'This topic is not open to callers'],
  ['dlq-topic', 40301, 'This topic is not open to callers'],
  ['missing', 40401, 'Topic missing not found'],
  ['remembered', 40401, 'Topic remembered not found'],
  ['a%20b', 422, 'Error: 42206 : A topic is 1 to 249 of a-z, A-Z, 0-9, dot, _ and -'],
])('nothing comes to the topic %s', async (topic, code, message) => {
  bridge.topics.remembered.set('remembered', 1);
  const before = bridge.store.stats().totals.received;
  const refusal = { error_code: code, message };
  const path = `/v3/clusters/memory/topics/${topic}/records`;
  const stream = V3Stream.open(bridge.port, topic, { prefer: 'wait=0' });
  stream.send(RECORD);
  stream.finish();
  expect(await stream.all()).toEqual([refusal]);
  const body = `{"entries":[{"id":"a",${RECORD.slice(1)}]}`;
  const batch = await exchange(bridge.port, post(`${path}:batch`, body, { prefer: 'wait=0' }));
  expect([batch.status, JSON.parse(batch.body)]).toEqual([
    207,
    { successes: [], failures: [{ id: 'a', ...refusal }] },
  ]);
  expect(bridge.store.stats().totals.received).toBe(before);
});
