import { connect as connectTls } from 'node:tls';
import { HTTP_TIMEOUTS, type BridgeHttpAdapter } from '../../apps/bridge/src/http/index.js';
import { json, until } from './client.js';
import { refusal, refused } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, open, post, readAnswer } from './wire.js';
import { withBridge } from './with-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ MAX_BODY_BYTES: '4096', CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const GOOD = '{"data":1}';
const START = 'POST /topics/orders HTTP/1.1';

/** A POST that would be good with another length. */
const withLength = (length: string): string =>
  post('/topics/orders', GOOD, { 'content-length': length }).toString('latin1');

describe('clients that take their time', () => {
  const timeouts = { headersMs: 300, requestMs: 600 };

  test.each<[string, string, string | null]>([
    ['a head that stays unfinished', START, null],
    ['a head that drips', `${START}\r\n`, 'x'],
    ['a body that does not come', withLength('4000').slice(0, -10), null],
    ['a body that drips', withLength('4000'), ' '],
  ])('%s is given up with 408, and stores nothing', async (_name, start, drop) => {
    await withBridge(
      { CONFIRM_WAIT_MS: '0' },
      async (slow) => {
        const socket = await open(slow.port);
        const waiting = readAnswer(socket);
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.write(start);
        const dripping = setInterval(() => void (drop === null || socket.write(drop)), 50);
        const answer = await waiting.finally(() => clearInterval(dripping));
        expect(refusal(answer)).toEqual(refused(408, 'request_timeout'));
        expect(answer.headers.get('connection')).toBe('close');
        await closed;
        expect(slow.store.stats().totals.received).toBe(0);
        expect((await exchange(slow.port, post('/topics/orders', GOOD))).status).toBe(201);
      },
      timeouts,
    );
  });

  test('have the times of the documentation', () => {
    const server = bridge.app.getHttpServer() as { headersTimeout: number; requestTimeout: number };
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 30_000]);
    expect(HTTP_TIMEOUTS).toEqual({ headersMs: 10_000, requestMs: 30_000 });
  });
});

test('a body that breaks off stores nothing', async () => {
  const before = bridge.store.stats().totals.received;
  const { bodies } = bridge.app.getHttpAdapter() as BridgeHttpAdapter;
  const socket = await open(bridge.port);
  socket.write(withLength('100'));
  await until(() => bodies.used === 100);
  socket.destroy();
  await until(() => bodies.used === 0);
  expect((await exchange(bridge.port, post('/topics/orders', GOOD))).status).toBe(201);
  expect(bridge.store.stats().totals.received).toBe(before + 1);
});

test('TLS on the plain port is turned away, and the bridge goes on', async () => {
  const failure = new Promise((resolve) => {
    const socket = connectTls({ port: bridge.port, host: '127.0.0.1' });
    socket.once('error', resolve);
  });
  expect(await failure).toHaveProperty('message');
  expect((await json(`${bridge.url}/health/live`)).status).toBe(200);
});
