import { once } from 'node:events';
import type { BridgeHttpAdapter } from '../../apps/bridge/src/http/index.js';
import { until } from './client.js';
import type { RunningBridge } from './running-bridge.js';
import { V3Stream } from './v3-stream.js';
import { open, post, readAnswer } from './wire.js';
import { postTo, withBridge } from './with-bridge.js';

const NOW = { prefer: 'wait=0' };
const record = (value: unknown) => JSON.stringify({ value: { type: 'JSON', data: value } });

const budgetOf = ({ app }: RunningBridge) => (app.getHttpAdapter() as BridgeHttpAdapter).bodies;

test('a stream goes on where a slow request is given up', () =>
  withBridge({}, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders', NOW);
    stream.send(record(1));
    await stream.answers(1);
    Object.assign(bridge.app.getHttpServer(), { headersTimeout: 1, requestTimeout: 1 });
    const slow = await open(bridge.port);
    slow.write(post('/topics/orders', '{"data":1}').subarray(0, -1));
    expect((await readAnswer(slow)).status).toBe(408);
    stream.send(record(2));
    stream.finish();
    expect((await stream.all()).map((answer) => answer['error_code'])).toEqual([202, 202]);
  }));

test('a stream that waits for its client holds nothing of the budget of bodies', () =>
  withBridge({}, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders', NOW);
    stream.send(record(1) + record(2).slice(0, 10));
    await stream.answers(1);
    expect(budgetOf(bridge).used).toBe(10);
    stream.send(record(2).slice(10));
    await stream.answers(2);
    expect(budgetOf(bridge).used).toBe(0);
    stream.finish();
  }));

test('a record that is refused gives its bytes back', () =>
  withBridge({}, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders', NOW);
    stream.send(`{"foo":"${'x'.repeat(1_000)}"}`);
    expect(await stream.answers(1)).toMatchObject([{ error_code: 400 }]);
    await until(() => budgetOf(bridge).used === 0);
    stream.finish();
  }));

test('a client that goes away in a record leaves nothing behind', () =>
  withBridge({}, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders', NOW);
    stream.send(record(1) + record(2).slice(0, -1));
    await stream.answers(1);
    stream.abort();
    await until(() => budgetOf(bridge).used === 0);
    await postTo(bridge);
    expect(bridge.relay.accepted.map(({ value }) => value?.toString())).toEqual(['1', '1']);
  }));

test('no more records wait for Kafka at once than a request may hold', () =>
  withBridge({ MAX_RECORDS_PER_REQUEST: '2' }, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders');
    stream.send([1, 2, 3, 4, 5].map(record).join(''));
    await until(() => bridge.relay.accepted.length === 2);
    await postTo(bridge, '{"data":"a later request"}');
    const values = () => bridge.relay.accepted.map(({ value }) => value?.toString());
    expect(values()).toEqual(['1', '2', '"a later request"']);
    bridge.relay.confirmAll();
    await bridge.relay.confirm(bridge.relay.accepted.slice(0, 2));
    stream.finish();
    expect(await stream.all()).toHaveLength(5);
    expect(values().slice(3)).toEqual(['3', '4', '5']);
  }));

test('a shutdown tells what has become of each record, and that it is one', () =>
  withBridge({}, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders');
    stream.send(record(1) + record(2).slice(0, -1));
    await until(() => bridge.relay.accepted.length === 1);
    const stopped = bridge.stop();
    expect((await stream.all()).map((answer) => answer['error_code'])).toEqual([202, 503]);
    await stopped;
  }));

test('what cannot be stored now is said for each record, and the stream goes on', () =>
  withBridge({ QUEUE_MAX_ROWS: '1' }, async (bridge) => {
    const stream = V3Stream.open(bridge.port, 'orders', NOW);
    stream.send(record(1));
    await stream.answers(1);
    stream.send(record(2));
    expect((await stream.answers(2)).map((answer) => answer['error_code'])).toEqual([202, 503]);
    await bridge.relay.confirm(bridge.relay.accepted);
    stream.send(record(3));
    stream.finish();
    expect((await stream.all()).map((answer) => answer['error_code'])).toEqual([202, 503, 202]);
  }));

describe('where what follows is no HTTP', () => {
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

  async function answersTo(bridge: RunningBridge, ...parts: readonly string[]) {
    const socket = await open(bridge.port);
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString();
    });
    const closed = once(socket, 'close');
    const head = post('/v3/clusters/memory/topics/orders/records', '', {
      ...NOW,
      'transfer-encoding': 'chunked',
    });
    socket.write(head.toString().replace(/content-length: 0\r\n/, ''));
    for (const part of parts) socket.write(part);
    await closed;
    const heads = received.match(/HTTP\/1\.1 \d+/g);
    const codes = [...received.matchAll(/"error_code":(\d+)/g)].map(([, code]) => Number(code));
    return { heads, codes, whole: received.endsWith('\r\n0\r\n\r\n') };
  }

  test('a stream has its answers, then one that says so, and ends', () =>
    withBridge({}, async (bridge) => {
      const parts = [chunk(record(1)), chunk(record(2)), 'no chunk\r\n'];
      const answers = await answersTo(bridge, parts.join(''));
      expect(answers).toEqual({ heads: ['HTTP/1.1 200'], codes: [202, 202, 400], whole: true });
      expect(bridge.relay.accepted).toHaveLength(2);
    }));

  test('nothing is written between the answers of a stream that is read no more', () =>
    withBridge({}, async (bridge) => {
      const accepted = until(() => bridge.relay.accepted.length === 1);
      const waiting = answersTo(bridge, chunk(record(1)), chunk('nonsense'), 'no chunk\r\n');
      await accepted;
      bridge.relay.confirmAll();
      expect(await waiting).toEqual({ heads: ['HTTP/1.1 200'], codes: [202, 400], whole: true });
    }));

  test('a request without a record is refused', () =>
    withBridge({}, async (bridge) => {
      const answers = await answersTo(bridge, chunk(' '), 'no chunk\r\n');
      expect([answers.heads, answers.codes]).toEqual([['HTTP/1.1 400'], [400]]);
    }));
});
