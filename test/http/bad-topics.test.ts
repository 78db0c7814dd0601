import { startBridge, type RunningBridge } from './running-bridge.js';
import { refusalWithSequel, refusedAlone } from './refusal.js';
import { exchange, post } from './wire.js';

const GOOD = '{"data":1}';
let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

describe('paths and topics', () => {
  test.each<[string, number, string]>([
    ['/topics/', 404, 'not_found'],
    ['/topics/.', 400, 'invalid_topic'],
    ['/topics/%2e%2e', 400, 'invalid_topic'],
    ['/topics/a%2Fb', 400, 'invalid_topic'],
    ['/topics/a%5Cb', 400, 'invalid_topic'],
    ['/topics/a%00b', 400, 'invalid_topic'],
    ['/topics/..', 400, 'invalid_topic'],
    ['/topics/%2e', 400, 'invalid_topic'],
    ['/topics/a:b', 400, 'invalid_topic'],
    ['/topics/a;b', 400, 'invalid_topic'],
    ['/topics/%F0%9F%98%80', 400, 'invalid_topic'],
    ['/topics/orders%2F', 400, 'invalid_topic'],
    ['/topics/orders%0D%0A', 400, 'invalid_topic'],
    ['/topics/%zz', 400, 'invalid_url'],
    ['/topics/%C0%AE', 400, 'invalid_url'],
    [`/topics/${'x'.repeat(250)}`, 400, 'invalid_topic'],
    [`/topics/${'x'.repeat(301)}`, 400, 'invalid_url'],
    ['/topics/a%20b', 400, 'invalid_topic'],
    ['/topics/%C3%A9', 400, 'invalid_topic'],
    ['/topics/__consumer_offsets', 403, 'topic_forbidden'],
    ['/topics/__transaction_state', 403, 'topic_forbidden'],
    ['/topics/_ponte.ledger', 403, 'topic_forbidden'],
    ['/topics/dlq-topic', 403, 'topic_forbidden'],
    ['/topics/__proto__', 403, 'topic_forbidden'],
    ['/topics/constructor', 404, 'unknown_topic'],
    ['/topics/toString', 404, 'unknown_topic'],
    ['/topics/missing', 404, 'unknown_topic'],
    ['//topics/orders', 404, 'not_found'],
    ['/topics/orders/', 404, 'not_found'],
    ['/TOPICS/orders', 404, 'not_found'],
    ['/nowhere', 404, 'not_found'],
    ['/topics%2Forders', 404, 'not_found'],
    ['/topics/../topics/orders', 404, 'not_found'],
    ['/topics/orders//', 404, 'not_found'],
    ['/topics/orders?', 400, 'unknown_parameter'],
    ['/topics/orders#', 400, 'invalid_url'],
    ['/topics/orders#?acks=0', 400, 'invalid_url'],
    ['/topics/orders?topic=other', 400, 'unknown_parameter'],
    ['/topics/orders?acks=0', 400, 'unknown_parameter'],
    ['/topics/orders?key=a&key=b', 400, 'unknown_parameter'],
  ])('POST %s is answered with %d %s', async (path, status, code) => {
    expect(await refusalWithSequel(bridge, post(path, GOOD))).toEqual(refusedAlone(status, code));
  });

  test.each(['/%74opics/orders', 'http://elsewhere/topics/orders', '/topics/%6frders'])(
    '%s is the same path',
    async (path) => {
      expect((await exchange(bridge.port, post(path, GOOD))).status).toBe(201);
    },
  );

  test('a name of 249 characters is accepted', async () => {
    const topic = 'x'.repeat(249);
    bridge.topics.partitions.set(topic, 1);
    expect((await exchange(bridge.port, post(`/topics/${topic}`, GOOD))).status).toBe(201);
  });

  test.each<[string, string, string]>([
    ['PUT', '/topics/orders', 'GET, HEAD, POST'],
    ['DELETE', '/topics/orders', 'GET, HEAD, POST'],
    ['TRACE', '/topics/orders', 'GET, HEAD, POST'],
    ['OPTIONS', '/topics/orders', 'GET, HEAD, POST'],
    ['PROPFIND', '/topics/orders', 'GET, HEAD, POST'],
    ['PUT', '/%74opics/orders', 'GET, HEAD, POST'],
    ['PUT', 'http://elsewhere/topics/orders', 'GET, HEAD, POST'],
    ['PUT', '/topics/orders?x=1', 'GET, HEAD, POST'],
    ['DELETE', '/messages/a', 'GET, HEAD'],
    ['PATCH', '/admin/dead-letters/a', 'DELETE, GET, HEAD'],
    ['GET', '/admin/topics', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
  ])('%s %s is told %s', async (method, path, allow) => {
    const request = `${method} ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
    expect((await exchange(bridge.port, request)).headers.get('allow')).toBe(allow);
    expect(await refusalWithSequel(bridge, request)).toEqual(
      refusedAlone(405, 'method_not_allowed'),
    );
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('%s of a good record stores nothing', async (method) => {
    const request = post('/topics/orders', GOOD, {}, method);
    expect(await refusalWithSequel(bridge, request)).toEqual(
      refusedAlone(405, 'method_not_allowed'),
    );
  });
});
