import { partitionFor } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { json, postJson, until } from './client.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({
    MESSAGE_ID_POINTER_NF: '/data/chave',
    CONFIRM_WAIT_MS: '60000',
    DELIVERY_FAST: 'at-least-once',
  });
  for (const topic of ['orders', 'nf', 'fast']) bridge.topics.partitions.set(topic, 3);
  bridge.topics.partitions.set('one', 1);
});

afterAll(() => bridge.stop());

const post = (topic: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  postJson(`${bridge.url}/topics/${topic}`, body, headers);

const NOW = { prefer: 'wait=0' };

/** The record that was accepted last. */
const last = () => bridge.relay.accepted.at(-1);

/** Waits until a record with this id is accepted. */
async function accepted(messageId: string): Promise<OutboxRecord> {
  const find = (): OutboxRecord | undefined =>
    bridge.relay.accepted.find((one) => one.messageId === messageId);
  await until(() => find() !== undefined);
  return find() as OutboxRecord;
}

test('answers 200 with partition and offset once Kafka has confirmed', async () => {
  const answer = post('one', '{"key":"NF-1","data":{"valor":1500.00},"message_id":"m-200"}');
  await bridge.relay.confirm([await accepted('m-200')]);
  const { status, body, headers } = await answer;
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    message_id: 'm-200',
    offsets: [
      { offset: expect.stringMatching(/^\d+$/), partition: 0, error_code: null, error: null },
    ],
    acks: 'all',
    confirmed: true,
    duration_ms: expect.any(Number),
  });
  expect(headers.get('location')).toBeNull();
});

test('answers 201 and a place to look when the wait is over', async () => {
  const { status, body, headers } = await post('one', '{"data":1,"message_id":"m 201"}', {
    prefer: 'wait=0',
  });
  expect(status).toBe(201);
  expect(headers.get('location')).toBe('/messages/m%20201');
  expect(headers.get('preference-applied')).toBe('wait=0');
  expect(body).toMatchObject({
    success: true,
    offsets: [{ offset: '-1', partition: -1, error_code: null, error: null }],
    confirmed: false,
    status: 'pending',
  });
  const message = await json(`${bridge.url}/messages/m%20201`);
  expect(message.body).toMatchObject({ message_id: 'm 201', status: 'pending', attempts: [] });
});

test('answers 202 to whoever does not want to wait', async () => {
  const { status, headers } = await post('one', '{"data":1,"message_id":"m-202"}', {
    prefer: 'respond-async',
  });
  expect(status).toBe(202);
  expect(headers.get('location')).toBe('/messages/m-202');
  expect(headers.get('preference-applied')).toBe('respond-async');
});

test('answers 201 with the reason when the record is buried while it waits', async () => {
  const answer = post('one', '{"data":1,"message_id":"m-dlq"}');
  await bridge.relay.bury([await accepted('m-dlq')]);
  const { status, body } = await answer;
  expect(status).toBe(201);
  expect(body).toMatchObject({
    success: true,
    confirmed: false,
    status: 'dlq',
    offsets: [{ offset: '-1', error_code: 'message_too_large', error: expect.any(String) }],
  });
});

test('stores the text of data byte for byte, and the headers of the contract', async () => {
  const text = '{ "chave": 35200714200166000187550010000000015123456789, "v":10.00,"v":1e400 }';
  await post(
    'orders',
    `{"headers":{"empresa":"99"},"key":"k","data":${text},"message_id":"m-raw"}`,
    {
      ...NOW,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  );
  const record = last();
  expect(record?.value?.toString('utf8')).toBe(text);
  expect(record?.headers.map(({ name, value }) => [name, value.toString()])).toEqual([
    ['message-id', 'm-raw'],
    ['source', 'protheus-middleware'],
    ['content-type', 'application/json'],
    ['empresa', '99'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ]);
});

test('chooses the partition of a key at the edge, as a Java producer would', async () => {
  await post('orders', '{"key":"NF-000001-001","data":1}', NOW);
  expect(last()?.partition).toBe(partitionFor(Buffer.from('NF-000001-001'), 3));
  await post('orders', '{"key":"NF-000001-001","data":3,"partition":2}', NOW);
  expect(last()).toMatchObject({ partition: 2, requestedPartition: 2 });
  await post('orders', '{"data":4}', NOW);
  expect(last()?.partition).toBeNull();
});

test('reads windows-1252 and says so on the record', async () => {
  await post('orders', Buffer.from('{"data":{"nome":"AÇÃO"}}', 'latin1'), NOW);
  expect(last()?.value?.toString('utf8')).toBe('{"nome":"AÇÃO"}');
  expect(last()?.headers.at(-1)).toEqual({
    name: 'bridge-transcoded',
    value: Buffer.from('windows-1252'),
  });
});

test('stores a tombstone', async () => {
  await post('orders', '{"key":"k","data":null}', NOW);
  expect(last()).toMatchObject({ value: null });
});

test('fixes how a record is delivered when it is accepted', async () => {
  await post('fast', '{"data":1}', NOW);
  expect(last()?.delivery).toBe('at-least-once');
  await post('orders', '{"data":1}', NOW);
  expect(last()?.delivery).toBe('exactly-once');
});

describe('the message id', () => {
  test('is the header, the field, what stands at the pointer, or made', async () => {
    const ids = [
      await post('nf', '{"data":{"chave":123}}', { ...NOW, 'idempotency-key': 'from header' }),
      await post('nf', '{"data":{"chave":123},"message_id":"from-field"}', NOW),
      await post('nf', '{"data":{"chave":35200714200166000187550010000000015123456789}}', NOW),
      await post('nf', '{"data":{}}', NOW),
    ].map(({ body }) => body['message_id']);
    expect(ids).toEqual([
      'from header',
      'from-field',
      '35200714200166000187550010000000015123456789',
      expect.stringMatching(/^nf-\d{13}-[0-9a-f]{16}$/),
    ]);
  });

  test('known with the same content is answered with what has become of it', async () => {
    const body = '{"key":"k","data":{"a":1},"message_id":"m-twice"}';
    const first = await post('orders', body, NOW);
    expect(first.body['duplicate']).toBeUndefined();
    const second = await post('orders', body, NOW);
    expect(second.status).toBe(201);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body).toMatchObject({ duplicate: true, confirmed: false, status: 'pending' });
    await bridge.relay.confirm([await accepted('m-twice')]);
    const third = await post('orders', body, NOW);
    expect(third.status).toBe(200);
    expect(third.body).toMatchObject({ duplicate: true, confirmed: true });
    expect(bridge.relay.accepted.filter((one) => one.messageId === 'm-twice')).toHaveLength(1);
  });

  test('posted again while the first waits, waits with it', async () => {
    const body = '{"data":1,"message_id":"m-together"}';
    const first = post('one', body);
    const record = await accepted('m-together');
    const others = [post('one', body), post('one', body)];
    // The others are known to wait when the outbox has answered a later request of the same kind.
    await post('one', body, NOW);
    await bridge.relay.confirm([record]);
    const answers = await Promise.all([first, ...others]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body: b }) => JSON.stringify(b['offsets']))).size).toBe(1);
    expect(answers.map(({ body: b }) => b['duplicate'])).toEqual([undefined, true, true]);
  });

  test('posted 20 times at once is one record', async () => {
    const body = '{"data":1,"message_id":"m-crowd"}';
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('one', body, NOW)));
    expect(answers.filter(({ body: b }) => b['duplicate'] === undefined)).toHaveLength(1);
    expect(bridge.relay.accepted.filter((one) => one.messageId === 'm-crowd')).toHaveLength(1);
  });

  test('known with other content is refused and stores nothing', async () => {
    await post('orders', '{"data":1,"message_id":"m-reused"}', NOW);
    for (const [topic, body] of [
      ['orders', '{"data":2,"message_id":"m-reused"}'],
      ['one', '{"data":1,"message_id":"m-reused"}'],
      ['orders', '{"data":1,"key":"k","message_id":"m-reused"}'],
    ] as const) {
      const { status, body: answer } = await post(topic, body, NOW);
      expect(status).toBe(422);
      expect(answer).toMatchObject({
        code: 'message_id_reused',
        message_id: 'm-reused',
        success: false,
      });
    }
    expect(bridge.relay.accepted.filter((one) => one.messageId === 'm-reused')).toHaveLength(1);
  });
});

test('accepts for a topic that the cluster cannot be asked for', async () => {
  bridge.topics.down = true;
  const { status } = await post('unheard-of', '{"key":"k","data":1,"partition":7}', NOW);
  bridge.topics.down = false;
  expect(status).toBe(201);
  expect(last()).toMatchObject({ topic: 'unheard-of', partition: 7, requestedPartition: 7 });
});
