import { json, until } from './client.js';
import { kafkaError } from './memory-ports.js';
import { exchange, open, post, readAnswer, type WireAnswer } from './wire.js';
import { GOOD, NOW, postTo, withBridge } from './with-bridge.js';

describe('a full outbox', () => {
  test('refuses new records, knows the old ones, and opens again when it is drained', async () => {
    await withBridge({ QUEUE_MAX_ROWS: '10' }, async (bridge) => {
      for (let at = 0; at < 10; at++) {
        expect((await postTo(bridge, `{"data":${at},"message_id":"q-${at}"}`)).status).toBe(201);
      }
      const refused = await postTo(bridge, '{"data":10,"message_id":"q-10"}');
      expect(refused.status).toBe(503);
      expect(refused.body).toMatchObject({ code: 'queue_full' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect((await postTo(bridge)).status).toBe(503);
      expect(bridge.store.stats().totals.received).toBe(10);

      const known = await postTo(bridge, '{"data":3,"message_id":"q-3"}');
      expect(known.status).toBe(201);
      expect(known.body).toMatchObject({ duplicate: true, message_id: 'q-3' });
      expect((await postTo(bridge, '{"data":4,"message_id":"q-3"}')).status).toBe(422);

      expect((await json(`${bridge.url}/health`)).status).toBe(503);
      const ready = await json(`${bridge.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(ready.body).toMatchObject({ code: 'queue_full' });

      await bridge.relay.confirm(bridge.relay.accepted.slice(0, 1));
      expect((await postTo(bridge)).status).toBe(503);
      await bridge.relay.confirm(bridge.relay.accepted.slice(1, 2));
      expect((await postTo(bridge)).status).toBe(201);
      expect((await json(`${bridge.url}/health/ready`)).status).toBe(200);
    });
  });

  test('is full by bytes, too', async () => {
    await withBridge({ QUEUE_MAX_BYTES: '1 MiB', MAX_BODY_BYTES: '2 MiB' }, async (bridge) => {
      expect((await postTo(bridge, `{"data":"${'x'.repeat(2 ** 20)}"}`)).status).toBe(201);
      expect((await postTo(bridge)).body).toMatchObject({ code: 'queue_full' });
    });
  });

  test('refuses with 507 when the disk is nearly full', async () => {
    await withBridge({ MIN_FREE_DISK: '99.99 %' }, async (bridge) => {
      const refused = await postTo(bridge);
      expect(refused.status).toBe(507);
      expect(refused.body).toMatchObject({ code: 'storage_low' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(bridge.store.stats().totals.received).toBe(0);
    });
  });
});

test('bodies that do not fit into memory together are refused before they are read', async () => {
  await withBridge({ MAX_BODY_BYTES: '16 MiB' }, async (bridge) => {
    const half = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = await open(bridge.port);
        const head = post('/topics/orders', '', { 'content-length': String(16 * 2 ** 20) });
        await new Promise((resolve) => socket.write(head, resolve));
        return socket;
      }),
    );
    // Each head has been seen once the bridge has answered a later request on another connection.
    let refused = await exchange(bridge.port, post('/topics/orders', GOOD, NOW));
    while (refused.status !== 503)
      refused = await exchange(bridge.port, post('/topics/orders', GOOD, NOW));
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'overloaded' });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-5]$/);
    expect((await json(`${bridge.url}/health/live`)).status).toBe(200);
    const { received } = bridge.store.stats().totals;
    expect((await exchange(bridge.port, post('/topics/orders', GOOD, NOW))).status).toBe(503);
    expect(bridge.store.stats().totals.received).toBe(received);
    for (const socket of half) socket.destroy();
    let accepted = await exchange(bridge.port, post('/topics/orders', GOOD, NOW));
    while (accepted.status !== 201)
      accepted = await exchange(bridge.port, post('/topics/orders', GOOD, NOW));
    expect(accepted.status).toBe(201);
  });
});

test('a POST that waits for Kafka holds no body in memory', async () => {
  await withBridge({ MAX_BODY_BYTES: '16 MiB', CONFIRM_WAIT_MS: '60000' }, async (bridge) => {
    // A body without a length counts as the longest there may be: five are more than may be in memory at once.
    const request =
      'POST /topics/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
      'transfer-encoding: chunked\r\n\r\na\r\n{"data":1}\r\n0\r\n\r\n';
    const waiting: Promise<WireAnswer>[] = [];
    for (let at = 1; at <= 5; at++) {
      waiting.push(exchange(bridge.port, request));
      await until(() => bridge.relay.accepted.length >= at);
    }
    await bridge.relay.confirm(bridge.relay.accepted);
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });
});

test('a shutdown refuses new records, answers who waits, and lets the last answers out', async () => {
  await withBridge({ CONFIRM_WAIT_MS: '60000' }, async (bridge) => {
    const waiting = postTo(bridge, '{"data":1,"message_id":"waits"}', {});
    await until(() => bridge.relay.accepted.length >= 1);
    const late = await open(bridge.port);
    const body = '{"data":2,"message_id":"late"}';
    const [head, rest] = [post('/topics/orders', body).subarray(0, -5), body.slice(-5)];
    late.write(head);
    await json(`${bridge.url}/health/live`);

    const stopping = bridge.stop();
    const answer = await waiting;
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ message_id: 'waits', confirmed: false });

    const lateAnswer = readAnswer(late);
    late.write(rest);
    const refused = await lateAnswer;
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'shutting_down' });
    expect(refused.headers.get('connection')).toBe('close');
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(bridge.relay.accepted.map(({ messageId }) => messageId)).toEqual(['waits']);
    late.destroy();
    await stopping;
  });
});

describe('without the outbox', () => {
  const OFF = { ENABLE_OUTBOX: 'false', DELIVERY: 'at-least-once' };

  test('a record is answered when Kafka has it, and stored nowhere', async () => {
    await withBridge(OFF, async (bridge) => {
      const { status, body } = await postTo(bridge, '{"data":1,"message_id":"direct"}');
      expect(status).toBe(200);
      expect(body).toMatchObject({ confirmed: true, offsets: [{ offset: '0', partition: 0 }] });
      expect(bridge.delivery.delivered).toHaveLength(1);
      expect(bridge.store.stats().totals.received).toBe(0);
    });
  });

  test('a failed send is the caller’s to repeat, a refused record is not', async () => {
    await withBridge(OFF, async (bridge) => {
      bridge.delivery.failWith = kafkaError('kafka_timeout');
      const failed = await postTo(bridge);
      expect(failed.status).toBe(503);
      expect(failed.body).toMatchObject({ code: 'kafka_unavailable' });
      expect(failed.headers.get('retry-after')).toMatch(/^[1-5]$/);
      bridge.delivery.failWith = kafkaError('message_too_large');
      expect((await postTo(bridge)).status).toBe(413);
      bridge.status.isConnected = false;
      expect((await json(`${bridge.url}/health/ready`)).status).toBe(503);
    });
  });
});
