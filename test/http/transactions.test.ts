import type { OutboxRecord } from '@bridge/outbox';
import { postJson, until } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({
    MAX_RECORDS_PER_REQUEST: '3',
    CONFIRM_WAIT_MS: '60000',
    DELIVERY_FAST: 'at-least-once',
  });
  for (const topic of ['orders', 'items', 'fast']) bridge.topics.partitions.set(topic, 3);
});

afterAll(() => bridge.stop());

const post = (records: readonly string[], headers: Record<string, string> = {}) =>
  postJson(`${bridge.url}/transactions`, `{"records":[${records.join()}]}`, headers);

const NOW = { prefer: 'wait=0' };

async function accepted(...ids: string[]): Promise<OutboxRecord[]> {
  const find = (): OutboxRecord[] =>
    bridge.relay.accepted.filter(({ messageId }) => ids.includes(messageId));
  await until(() => find().length === ids.length);
  return find();
}

test('its records know each other, and are confirmed together', async () => {
  const answer = post([
    '{"topic":"orders","key":"1","data":1.0,"message_id":"t-1"}',
    '{"topic":"items","key":"1","data":2.0,"message_id":"t-2"}',
  ]);
  const rows = await accepted('t-1', 't-2');
  const [{ transaction }] = rows as [OutboxRecord];
  expect(transaction).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), size: 2 });
  expect(rows.map((row) => [row.topic, row.transaction])).toEqual([
    ['orders', transaction],
    ['items', transaction],
  ]);
  const last = rows.map(({ headers }) => headers.at(-1));
  expect(last.map((header) => [header?.name, header?.value.toString()])).toEqual([
    ['bridge-transaction', transaction?.id],
    ['bridge-transaction', transaction?.id],
  ]);
  await bridge.relay.confirm(rows);
  const { status, body } = await answer;
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: true,
    transaction_id: transaction?.id,
    offsets: [{ message_id: 't-1' }, { message_id: 't-2' }],
    confirmed: true,
  });
});

test('posted again it is the same transaction', async () => {
  const records = [
    '{"topic":"orders","data":1,"message_id":"a-1"}',
    '{"topic":"items","data":1,"message_id":"a-2"}',
  ];
  const first = await post(records, NOW);
  const again = await post(records, NOW);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body['transaction_id']).toBe(first.body['transaction_id']);
});

test('a record of it is not the same as one that was posted by itself, or with others', async () => {
  const one = '{"topic":"orders","data":1,"message_id":"b-1"}';
  const two = '{"topic":"items","data":1,"message_id":"b-2"}';
  await postJson(`${bridge.url}/topics/orders`, '{"data":1,"message_id":"b-1"}', NOW);
  const { received } = bridge.store.stats().totals;
  expect((await post([one, two], NOW)).body).toMatchObject({ code: 'message_id_reused' });
  expect(bridge.store.stats().totals.received).toBe(received);
});

test.each([
  ['{"data":1}', 400, 'invalid_topic'],
  ['{"topic":7,"data":1}', 400, 'invalid_topic'],
  ['{"topic":"a b","data":1}', 400, 'invalid_topic'],
  ['{"topic":"dlq-topic","data":1}', 403, 'topic_forbidden'],
  ['{"topic":"nowhere","data":1}', 404, 'unknown_topic'],
  ['{"topic":"fast","data":1}', 400, 'not_transactional'],
  ['{"topic":"orders","data":1,"partition":3}', 400, 'invalid_partition'],
  ['{"topic":"orders","data":1,"acks":0}', 400, 'unknown_parameter'],
])('%s refuses the whole transaction', async (record, status, code) => {
  const { received } = bridge.store.stats().totals;
  const answer = await post(['{"topic":"orders","data":1}', record]);
  expect([answer.status, answer.body['code'], answer.body['record_index']]).toEqual([
    status,
    code,
    1,
  ]);
  expect(bridge.store.stats().totals.received).toBe(received);
});

test.each([
  ['{"records":[]}', 400, 'empty_batch'],
  ['{}', 400, 'invalid_body'],
  ['{"topic":"orders","data":1}', 400, 'unknown_parameter'],
  [`{"records":[${Array(4).fill('{"topic":"orders","data":1}').join()}]}`, 413, 'batch_too_large'],
  [
    '{"records":[{"topic":"orders","data":1,"message_id":"x"},{"topic":"orders","data":1,"message_id":"x"}]}',
    400,
    'invalid_message_id',
  ],
])('%s is refused', async (body, status, code) => {
  const answer = await postJson(`${bridge.url}/transactions`, body);
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
});
