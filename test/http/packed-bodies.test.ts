import { deflateSync, gzipSync } from 'node:zlib';
import { BridgeHttpAdapter } from '../../apps/bridge/src/http/index.js';
import { refusalWithSequel, refusedAlone } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, open, post, readAnswer } from './wire.js';

const LIMIT = 4_096;
const GZIP = { 'content-encoding': 'gzip' };
let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0', MAX_BODY_BYTES: String(LIMIT) });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const packed = (body: string | Buffer, headers: Record<string, string> = {}): Buffer =>
  post('/topics/orders', gzipSync(body), { ...GZIP, ...headers });

const bodiesInMemory = (): number => {
  const adapter = bridge.app.getHttpAdapter();
  if (!(adapter instanceof BridgeHttpAdapter)) throw new Error('Another adapter');
  return adapter.bodies.used;
};

test('what was packed is stored unpacked, byte for byte', async () => {
  const data = '{ "valor": 10.00, "chave": 35200714200166000187550010000000015123456789 }';
  expect((await exchange(bridge.port, packed(`{"data":${data}}`))).status).toBe(201);
  expect(bridge.relay.accepted.at(-1)?.value?.toString()).toBe(data);
  const xml = packed('<nfe/>', { 'content-type': 'text/xml', 'content-encoding': 'X-GZIP' });
  expect((await exchange(bridge.port, xml)).status).toBe(201);
  expect(bridge.relay.accepted.at(-1)?.value?.toString()).toBe('<nfe/>');
});

test('packed or not, it is the same request', async () => {
  const body = '{"data":{"a":1},"message_id":"packed"}';
  const first = await exchange(bridge.port, packed(body));
  expect(first.headers.get('idempotent-replayed')).toBeUndefined();
  const again = await exchange(bridge.port, post('/topics/orders', body));
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = packed('{"data":{"a":2},"message_id":"packed"}');
  expect(await refusalWithSequel(bridge, other)).toEqual(refusedAlone(422, 'message_id_reused'));
});

test('the limit holds for what comes out', async () => {
  const sized = (bytes: number): string => `{"data":"${'x'.repeat(bytes - 11)}"}`;
  expect((await exchange(bridge.port, packed(sized(LIMIT)))).status).toBe(201);
  for (const body of [sized(LIMIT + 1), Buffer.alloc(2 ** 21, 0x20)]) {
    expect(await refusalWithSequel(bridge, packed(body))).toEqual(
      refusedAlone(413, 'payload_too_large', { closes: true }),
    );
  }
});

test('and for what goes in', async () => {
  const noise = Buffer.from(Array.from({ length: LIMIT }, (_, at) => (at * at * 31) % 256));
  const request = packed(Buffer.concat([noise, Buffer.alloc(LIMIT)]));
  const long = post('/topics/orders', Buffer.alloc(LIMIT + 1), GZIP);
  for (const one of [request, long]) {
    expect(await refusalWithSequel(bridge, one)).toEqual(
      refusedAlone(413, 'payload_too_large', { closes: true }),
    );
  }
});

const whole = gzipSync('{"data":1}');

test.each<[string, Buffer, string]>([
  ['plain bytes', Buffer.from('{"data":1}'), 'gzip'],
  ['a stream that ends early', whole.subarray(0, -4), 'gzip'],
  ['garbage after the stream', Buffer.concat([whole, Buffer.from('{"data":2}')]), 'gzip'],
  ['a stream of another kind', deflateSync('{"data":1}'), 'gzip'],
  ['deflate', deflateSync('{"data":1}'), 'deflate'],
  ['br', whole, 'br'],
  ['gzip twice', gzipSync(whole), 'gzip, gzip'],
])('%s is refused', async (_name, body, coding) => {
  const request = post('/topics/orders', body, { 'content-encoding': coding });
  expect(await refusalWithSequel(bridge, request)).toEqual(
    refusedAlone(415, 'bad_encoding', { closes: coding === 'gzip' }),
  );
  expect((await exchange(bridge.port, request)).headers.get('accept-encoding')).toBe('gzip');
});

test('packed nothing is an empty body', async () => {
  for (const body of [Buffer.alloc(0), gzipSync('')]) {
    expect(await refusalWithSequel(bridge, post('/topics/orders', body, GZIP))).toEqual(
      refusedAlone(400, 'empty_body'),
    );
  }
});

test('control bodies may be packed, too', async () => {
  const request = post('/admin/topics', gzipSync('{"topic":"packed"}'), GZIP);
  expect((await exchange(bridge.port, request)).status).toBe(201);
});

test('the memory for what may come out is reserved before the body is asked for, and given back', async () => {
  const socket = await open(bridge.port);
  socket.write(
    post('/topics/orders', '', {
      ...GZIP,
      'content-length': String(whole.length),
      expect: '100-continue',
    }),
  );
  expect((await readAnswer(socket)).status).toBe(100);
  expect(bodiesInMemory()).toBe(whole.length + LIMIT);
  socket.write(whole);
  expect((await readAnswer(socket)).status).toBe(201);
  expect(bodiesInMemory()).toBe(0);
  socket.destroy();
});
