import { startBridge, type RunningBridge } from './running-bridge.js';
import { refusalWithSequel, refusedAlone } from './refusal.js';
import { post } from './wire.js';

const ALL = '{"topic":"orders"}';
let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

describe('what is asked for', () => {
  test.each<[string, number, string]>([
    ['/messages?limit=-1', 400, 'invalid_parameter'],
    ['/messages?limit=501', 400, 'invalid_parameter'],
    ['/messages?limit=1e2', 400, 'invalid_parameter'],
    ['/messages?limit=1e9', 400, 'invalid_parameter'],
    ['/messages?limit=1000000000', 400, 'invalid_parameter'],
    ['/messages?limit=', 400, 'invalid_parameter'],
    ['/messages?offset=999999999999', 400, 'unknown_parameter'],
    ['/messages?sort=__proto__', 400, 'unknown_parameter'],
    ['/messages?limit[]=1', 400, 'unknown_parameter'],
    ['/messages?topic=', 400, 'invalid_parameter'],
    ['/messages?cursor=', 400, 'invalid_parameter'],
    ['/messages?limit=abc', 400, 'invalid_parameter'],
    ['/messages?limit=1&limit=2', 400, 'invalid_parameter'],
    ['/messages?cursor=abc', 400, 'invalid_parameter'],
    ['/messages?status=lost', 400, 'invalid_parameter'],
    ['/messages?from=yesterday', 400, 'invalid_parameter'],
    ['/messages?sort=payload', 400, 'unknown_parameter'],
    ['/messages?sort=payload;DROP', 400, 'unknown_parameter'],
    ['/messages?__proto__=1', 400, 'unknown_parameter'],
    ['/messages/unknown?reveal=true', 404, 'not_found'],
    ['/messages/unknown?reveal=no', 400, 'invalid_parameter'],
    [`/messages/unknown?reveal=${'x'.repeat(201)}`, 400, 'invalid_parameter'],
    ['/messages/unknown?show=all', 400, 'unknown_parameter'],
    ['/messages/0B6C0C1E-8F0E-4D6E-9D5F-0D6A5A8C7F11', 404, 'not_found'],
    ['/messages/', 404, 'not_found'],
    [`/messages/${'x'.repeat(256)}`, 400, 'invalid_message_id'],
    ['/topics?all=1', 400, 'unknown_parameter'],
    ['/topics/orders?config=1', 400, 'unknown_parameter'],
    ['/admin/dead-letters/unknown?reveal=1', 400, 'invalid_parameter'],
    ['/admin/dead-letters/unknown?reveal=why&reveal=not', 400, 'invalid_parameter'],
    ['/messages/unknown', 404, 'not_found'],
    ['/messages/id=1%20OR%201=1', 404, 'not_found'],
    ['/messages/%C3%A7', 400, 'invalid_message_id'],
    [`/messages/${'x'.repeat(10_000)}`, 400, 'invalid_url'],
    ['/topics/missing', 404, 'unknown_topic'],
    ['/topics/__consumer_offsets', 403, 'topic_forbidden'],
    ['/admin/dead-letters?limit=0', 400, 'invalid_parameter'],
    ['/admin/dead-letters/unknown', 404, 'not_found'],
  ])('GET %s is answered with %d %s', async (path, status, code) => {
    const request = `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
    expect(await refusalWithSequel(bridge, request)).toEqual(refusedAlone(status, code));
  });

  test.each<[string, string, string, number, string]>([
    ['POST', '/admin/topics', '{"topic":"a","partitions":0}', 400, 'invalid_body'],
    ['POST', '/admin/topics', '{"topic":"a","partitions":"3"}', 400, 'invalid_body'],
    ['POST', '/admin/topics', '{"topic":"a","config":{"a":{}}}', 400, 'invalid_body'],
    ['POST', '/admin/topics', '{"topic":"a","nonsense":1}', 400, 'unknown_parameter'],
    ['POST', '/admin/topics', '{"topic":"a","__proto__":{}}', 400, 'unknown_parameter'],
    ['POST', '/admin/topics', '{"topic":"a","topic":"b"}', 400, 'invalid_body'],
    ['POST', '/admin/topics', '{}', 400, 'invalid_body'],
    ['POST', '/admin/topics', '[]', 400, 'invalid_body'],
    ['POST', '/admin/topics', '{"topic":"a b"}', 400, 'invalid_topic'],
    ['POST', '/admin/topics', '{"topic":"__x"}', 403, 'topic_forbidden'],
    ['POST', '/admin/topics', '{"topic":"orders"}', 409, 'topic_exists'],
    ['POST', '/admin/topics?partitions=9', '{"topic":"new"}', 400, 'unknown_parameter'],
    ['POST', '/admin/dead-letters/replay?dry_run=true', ALL, 400, 'unknown_parameter'],
    ['POST', '/admin/dead-letters/unknown/replay?topic=a', '{}', 400, 'unknown_parameter'],
    ['DELETE', '/admin/dead-letters/unknown?x', '{"reason":"test"}', 400, 'unknown_parameter'],
    ['POST', '/admin/dead-letters/replay', '{"topic":"a","limit":1e9}', 400, 'invalid_body'],
    ['POST', '/admin/dead-letters/replay', '{"topic":"a","from":"b"}', 400, 'invalid_body'],
    ['POST', '/admin/dead-letters/replay', '{"topic":"a","dry_run":"no"}', 400, 'invalid_body'],
    ['POST', '/admin/dead-letters/replay', '{"topic":null}', 400, 'invalid_body'],
    ['POST', '/admin/dead-letters/replay', '{"from":null}', 400, 'invalid_body'],
    ['POST', '/admin/dead-letters/unknown/replay', '{"topic":null}', 400, 'invalid_body'],
    ['POST', '/admin/topics', '{"topic":"a","config":null}', 400, 'invalid_body'],
    ['PUT', '/admin/log-level', '{}', 400, 'invalid_body'],
    ['PUT', '/admin/log-level', '{"level":"verbose"}', 400, 'invalid_body'],
    ['PUT', '/admin/log-level', '{"level":"info","for":1}', 400, 'unknown_parameter'],
    ['POST', '/admin/log-level', '{"level":"info"}', 405, 'method_not_allowed'],
    ['POST', '/admin/dead-letters/replay', '{}', 400, 'filter_required'],
    ['POST', '/admin/dead-letters/replay', '{"limit":5}', 400, 'filter_required'],
    ['POST', '/admin/dead-letters/replay', '{"topic":"a","limit":1.5}', 400, 'invalid_body'],
    ['POST', '/admin/dead-letters/unknown/replay', '{}', 404, 'not_found'],
    ['POST', '/admin/dead-letters/unknown/replay', '{"topic":"missing"}', 404, 'unknown_topic'],
    ['POST', '/admin/dead-letters/unknown/replay', '{"topic":"dlq-topic"}', 403, 'topic_forbidden'],
    ['DELETE', '/admin/dead-letters/unknown', '{"reason":"test"}', 404, 'not_found'],
    ['POST', '/admin/dead-letters/unknown/replay', '{"force":true}', 400, 'unknown_parameter'],
    ['DELETE', '/admin/dead-letters/unknown', '{}', 400, 'invalid_body'],
    ['DELETE', '/admin/dead-letters', '{"to":"2100-01-01"}', 405, 'method_not_allowed'],
    ['DELETE', '/messages', '{"to":"2100-01-01"}', 405, 'method_not_allowed'],
    ['POST', '/admin/purge', '{"to":"2100-01-01"}', 404, 'not_found'],
  ])('%s %s %s is answered with %d %s', async (method, path, body, status, code) => {
    expect(await refusalWithSequel(bridge, post(path, body, {}, method))).toEqual(
      refusedAlone(status, code),
    );
  });
});
