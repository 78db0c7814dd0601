import type { OutboxRecord } from '@bridge/outbox';
import { json, postJson, until } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { withBridge } from './with-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({
    MAX_RECORDS_PER_REQUEST: '4',
    MESSAGE_ID_POINTER_NF: '/data/chave',
    CONFIRM_WAIT_MS: '60000',
  });
  for (const topic of ['orders', 'nf']) bridge.topics.partitions.set(topic, 3);
});

afterAll(() => bridge.stop());

const post = (topic: string, records: readonly string[], headers: Record<string, string> = {}) =>
  postJson(`${bridge.url}/topics/${topic}`, `{"records":[${records.join()}]}`, headers);

const NOW = { prefer: 'wait=0' };

async function accepted(...ids: string[]): Promise<OutboxRecord[]> {
  const find = (): OutboxRecord[] =>
    bridge.relay.accepted.filter(({ messageId }) => ids.includes(messageId));
  await until(() => find().length === ids.length);
  return find();
}

test('a list is confirmed as a whole, with one entry for each record in its order', async () => {
  const answer = post('orders', [
    '{"data":10.00,"key":"a","message_id":"l-1"}',
    '{"data":{"b": 1},"partition":2,"message_id":"l-2"}',
  ]);
  const rows = await accepted('l-1', 'l-2');
  expect(rows.map(({ value }) => value?.toString())).toEqual(['10.00', '{"b": 1}']);
  await bridge.relay.confirm(rows);
  const { status, body } = await answer;
  expect(status).toBe(200);
  const entry = { offset: expect.stringMatching(/^\d+$/), error_code: null, error: null };
  expect(body).toEqual({
    success: true,
    offsets: [
      { ...entry, message_id: 'l-1', partition: expect.any(Number) },
      { ...entry, message_id: 'l-2', partition: 2 },
    ],
    acks: 'all',
    confirmed: true,
    duration_ms: expect.any(Number),
  });
});

test('one record that Kafka has not confirmed makes the whole answer a 201', async () => {
  const answer = post(
    'orders',
    ['{"data":1,"message_id":"h-1"}', '{"data":2,"message_id":"h-2"}'],
    { prefer: 'wait=1' },
  );
  const [first] = await accepted('h-1', 'h-2');
  await bridge.relay.confirm([first as OutboxRecord]);
  const { status, body, headers } = await answer;
  expect(status).toBe(201);
  expect(headers.get('location')).toBeNull();
  expect(body).toMatchObject({
    confirmed: false,
    status: 'pending',
    offsets: [
      { message_id: 'h-1', offset: expect.stringMatching(/^\d+$/) },
      { message_id: 'h-2', offset: '-1' },
    ],
  });
});

test('a bad record refuses the whole list, names its place, and nothing is stored', async () => {
  const { received } = bridge.store.stats().totals;
  const { status, body } = await post('orders', ['{"data":1}', '{"data":1,"partition":3}']);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'invalid_partition',
    record_index: 1,
    detail: expect.stringMatching(/^records\[1\]: /),
  });
  expect(bridge.store.stats().totals.received).toBe(received);
});

test('one id that was used for other content refuses the whole list', async () => {
  await post('orders', ['{"data":1,"message_id":"u-1"}'], NOW);
  const { received } = bridge.store.stats().totals;
  const { status, body } = await post(
    'orders',
    ['{"data":1}', '{"data":2,"message_id":"u-1"}'],
    NOW,
  );
  expect([status, body['code'], body['message_id']]).toEqual([422, 'message_id_reused', 'u-1']);
  expect(bridge.store.stats().totals.received).toBe(received);
});

test.each([
  [[], 400, 'empty_batch'],
  [Array.from({ length: 5 }, () => '{"data":1}'), 413, 'batch_too_large'],
])('%j is refused', async (records, status, code) => {
  const answer = await post('orders', records);
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
});

test('posted again with the same Idempotency-Key it is the same list', async () => {
  const records = ['{"data":1}', '{"data":2,"message_id":"own"}'];
  const headers = { ...NOW, 'idempotency-key': 'list-7' };
  const first = await post('orders', records, headers);
  expect(first.body['offsets']).toMatchObject([{ message_id: 'list-7-0' }, { message_id: 'own' }]);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  const { received } = bridge.store.stats().totals;
  const again = await post('orders', records, headers);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body).toMatchObject({
    duplicate: true,
    offsets: [{ duplicate: true }, { duplicate: true }],
  });
  expect(bridge.store.stats().totals.received).toBe(received);
});

test('what is new in a list is stored beside what is known', async () => {
  await post('orders', ['{"data":1,"message_id":"p-1"}'], NOW);
  const { body, headers } = await post(
    'orders',
    ['{"data":1,"message_id":"p-1"}', '{"data":2,"message_id":"p-2"}'],
    NOW,
  );
  expect(headers.get('idempotent-replayed')).toBeNull();
  expect(body['duplicate']).toBeUndefined();
  expect(body['offsets']).toMatchObject([
    { message_id: 'p-1', duplicate: true },
    { message_id: 'p-2' },
  ]);
});

test('the same record twice in one list is stored once', async () => {
  const record = '{"data":1,"message_id":"twice"}';
  const { body } = await post('orders', [record, record], NOW);
  expect(body['offsets']).toMatchObject([{}, { message_id: 'twice', duplicate: true }]);
  expect(await accepted('twice')).toHaveLength(1);
});

test('the message id at the pointer is that of each record', async () => {
  const { body } = await post('nf', ['{"data":{"chave":"A"}}', '{"data":{"chave":35}}'], NOW);
  expect(body['offsets']).toMatchObject([{ message_id: 'A' }, { message_id: '35' }]);
});

test('who posts a known list again while the door is closed is told of it', async () => {
  await withBridge({ QUEUE_MAX_ROWS: '1' }, async ({ url, topics }) => {
    topics.partitions.set('orders', 1);
    const known = '{"records":[{"data":1,"message_id":"a"},{"data":2,"message_id":"b"}]}';
    const path = `${url}/topics/orders`;
    expect((await postJson(path, known, NOW)).status).toBe(201);
    expect((await postJson(path, known, NOW)).body).toMatchObject({ duplicate: true });
    expect((await postJson(path, '{"records":[{"data":1}]}', NOW)).status).toBe(503);
  });
});

test('without an outbox a list is refused', async () => {
  const off = { ENABLE_OUTBOX: 'false', DELIVERY: 'at-least-once' };
  await withBridge(off, async ({ url }) => {
    const answer = await postJson(`${url}/topics/orders`, '{"records":[{"data":1}]}');
    expect([answer.status, answer.body['code']]).toEqual([400, 'outbox_required']);
  });
});

test('each record of a list can be asked for', async () => {
  await post('orders', ['{"data":1,"message_id":"ask-1"}'], NOW);
  const { status, body } = await json(`${bridge.url}/messages/ask-1`);
  expect([status, body['status']]).toEqual([200, 'pending']);
});
