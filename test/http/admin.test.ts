import { startBridge, type RunningBridge } from './running-bridge.js';
import { json, postJson } from './client.js';
import { kafkaError } from './memory-ports.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 1).set('repaired', 1);
});

afterAll(() => bridge.stop());

const control = (path: string, body: string, method = 'POST') =>
  postJson(`${bridge.url}${path}`, body, {}, method);

/** A record that Kafka has refused for good. */
async function deadLetter(messageId: string, topic = 'orders'): Promise<void> {
  await control(
    `/topics/${topic}`,
    `{"key":"k","data":{"segredo":"12345"},"headers":{"empresa":"99"},"message_id":"${messageId}"}`,
  );
  await bridge.relay.bury(bridge.relay.accepted.filter((one) => one.messageId === messageId));
}

describe('topics', () => {
  test('are listed without those that nobody may touch', async () => {
    bridge.topics.partitions.set('__consumer_offsets', 50).set('_ponte.ledger', 16);
    const { status, body } = await json(`${bridge.url}/topics`);
    expect(status).toBe(200);
    expect(body).toEqual(['orders', 'repaired']);
  });

  test('are described with what matters to durability', async () => {
    const { body } = await json(`${bridge.url}/topics/orders`);
    expect(body).toMatchObject({
      topic: 'orders',
      partitions: [{ partition: 0, leader: 1, replicas: [1, 2], inSyncReplicas: [1] }],
      config: { 'min.insync.replicas': '1' },
    });
  });

  test('are made, with the defaults of the contract', async () => {
    const made = await control('/admin/topics', '{"topic":"novo","config":{"retention.ms":1000}}');
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      success: true,
      topic: 'novo',
      partitions: 3,
      replicationFactor: 2,
    });
    expect(bridge.topics.partitions.get('novo')).toBe(3);
  });

  test('are made with the names that Strimzi has for the fields, too', async () => {
    const body = '{"topic_name":"strimzi","partitions_count":5,"replication_factor":1}';
    const made = await control('/admin/topics', body);
    expect([made.status, made.body['topic'], made.body['partitions']]).toEqual([201, 'strimzi', 5]);
    const nameless = await control('/admin/topics', '{"partitions_count":5}');
    expect([nameless.status, nameless.body['code']]).toEqual([400, 'invalid_body']);
  });

  test('are refused with the reason that Kafka gives', async () => {
    bridge.topics.refuseCreation = kafkaError('topic_refused', 'INVALID_REPLICATION_FACTOR: 9 > 3');
    const refused = await control('/admin/topics', '{"topic":"other","replicationFactor":9}');
    bridge.topics.refuseCreation = null;
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      code: 'topic_refused',
      error: 'INVALID_REPLICATION_FACTOR: 9 > 3',
    });
  });

  test('cannot be asked for while Kafka is away, and no broker is named', async () => {
    bridge.topics.down = true;
    const { status, body, headers } = await json(`${bridge.url}/topics`);
    bridge.topics.down = false;
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'kafka_unavailable' });
    expect(JSON.stringify(body)).not.toContain('broker-1');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('dead letters', () => {
  test('are listed and counted, and shown without their contents', async () => {
    await deadLetter('dead-1');
    const { body } = await json(`${bridge.url}/admin/dead-letters?topic=orders`);
    expect(body).toMatchObject({
      counts: [{ topic: 'orders', code: 'message_too_large', count: 1 }],
      items: [{ message_id: 'dead-1', status: 'dlq', last_error_code: 'message_too_large' }],
      cursor: null,
    });
    const one = await json(`${bridge.url}/admin/dead-letters/dead-1`);
    expect(one.body).toMatchObject({
      message_id: 'dead-1',
      published: false,
      value_bytes: 19,
      attempts: [{ number: 1, code: 'message_too_large' }],
    });
    expect(one.body['headers']).toContainEqual({ name: 'empresa', value_bytes: 2 });
    expect(JSON.stringify([body, one.body])).not.toContain('12345');
  });

  test('are replayed one by one, elsewhere when asked to', async () => {
    await deadLetter('dead-2');
    const replayed = await control('/admin/dead-letters/dead-2/replay', '{"topic":"repaired"}');
    expect(replayed.status).toBe(202);
    expect(replayed.body).toEqual({
      success: true,
      message_id: 'dead-2',
      topic: 'repaired',
      status: 'pending',
    });
    const again = await control('/admin/dead-letters/dead-2/replay', '{}');
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'not_replayable' });
  });

  test('asked twice at once to be replayed, are replayed once', async () => {
    await deadLetter('dead-twice', 'repaired');
    const path = '/admin/dead-letters/dead-twice/replay';
    const answers = await Promise.all([control(path, '{}'), control(path, '{}')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    const ofIt = bridge.relay.accepted.filter((one) => one.messageId === 'dead-twice');
    await bridge.relay.confirm(ofIt.slice(0, 1));
    const sent = await control(path, '{}');
    expect([sent.status, sent.body['code']]).toEqual([409, 'not_replayable']);
  });

  test('are replayed without a body', async () => {
    await deadLetter('dead-3');
    const answer = await json(`${bridge.url}/admin/dead-letters/dead-3/replay`, { method: 'POST' });
    expect(answer.status).toBe(202);
  });

  test('are replayed by a filter, after a dry run', async () => {
    for (const id of ['dead-4', 'dead-5', 'dead-6']) await deadLetter(id, 'repaired');
    const path = '/admin/dead-letters/replay';
    const dry = await control(path, '{"topic":"repaired","dry_run":true}');
    expect(dry.body).toEqual({ success: true, dry_run: true, count: 3 });
    const some = await control(path, '{"topic":"repaired","code":"message_too_large","limit":2}');
    expect(some.status).toBe(202);
    expect(some.body).toEqual({ success: true, dry_run: false, count: 2 });
    const rest = await control(path, '{"topic":"repaired","from":0}');
    expect(rest.body).toMatchObject({ count: 1 });
  });

  test('are discarded with a reason, and stay known', async () => {
    await deadLetter('dead-7');
    const gone = await control('/admin/dead-letters/dead-7', '{"reason":"sent by hand"}', 'DELETE');
    expect(gone.status).toBe(200);
    expect((await json(`${bridge.url}/admin/dead-letters/dead-7`)).status).toBe(404);
    const again = await control('/admin/dead-letters/dead-7', '{"reason":"again"}', 'DELETE');
    expect(again.status).toBeGreaterThanOrEqual(400);
  });
});

describe('messages', () => {
  test('are paged newest first', async () => {
    bridge.topics.partitions.set('paged', 1);
    for (let at = 0; at < 5; at++)
      await control('/topics/paged', `{"data":${at},"message_id":"p-${at}"}`);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await json(`${bridge.url}/messages?topic=paged&limit=2${query}`);
      seen.push(...(body['items'] as { message_id: string }[]).map((item) => item.message_id));
      cursor = body['cursor'] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(['p-4', 'p-3', 'p-2', 'p-1', 'p-0']);
  });

  test('are found by key, status and time', async () => {
    const count = async (query: string): Promise<number> => {
      const { body } = await json(`${bridge.url}/messages?topic=orders&${query}`);
      return (body['items'] as unknown[]).length;
    };
    expect(await count('key=k&status=dlq')).toBeGreaterThan(0);
    expect(await count('key=nobody')).toBe(0);
    expect(await count('status=sent')).toBe(0);
    expect(await count('from=2100-01-01')).toBe(0);
    expect(await count('to=2100-01-01T00:00:00Z')).toBeGreaterThan(0);
  });

  test('tell what has been tried', async () => {
    const { body } = await json(`${bridge.url}/messages/dead-1`);
    expect(body).toMatchObject({
      message_id: 'dead-1',
      status: 'dlq',
      retry_count: 1,
      attempts: [{ number: 1, code: 'message_too_large' }],
    });
  });
});
