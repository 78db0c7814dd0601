import { refusalWithSequel, refusedAlone } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post } from './wire.js';
import { withBridge } from './with-bridge.js';

const LIMIT = 2 ** 20;
const GOOD = '{"data":1}';
let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const type = (contentType: string): Record<string, string> => ({ 'content-type': contentType });

describe('types', () => {
  test.each<[string, string | Buffer, number, string]>([
    ['', GOOD, 415, 'unsupported_media_type'],
    ['text/plain', GOOD, 415, 'unsupported_media_type'],
    ['application/x-www-form-urlencoded', 'a=b', 415, 'unsupported_media_type'],
    ['multipart/form-data; boundary=x', '--x--', 415, 'unsupported_media_type'],
    ['application/json; charset=utf-16', GOOD, 415, 'unsupported_charset'],
    ['application/jsonp', GOOD, 415, 'unsupported_media_type'],
  ])('%j is refused', async (contentType, body, status, code) => {
    const request = post('/topics/orders', body, type(contentType));
    expect(await refusalWithSequel(bridge, request)).toEqual(refusedAlone(status, code));
  });

  test('none at all is refused, also with an empty body', async () => {
    for (const body of [GOOD, '']) {
      const request = post('/topics/orders', body)
        .toString()
        .replace(/content-type.*\r\n/, '');
      expect(await refusalWithSequel(bridge, request)).toEqual(
        body === '' ? refusedAlone(400, 'empty_body') : refusedAlone(415, 'unsupported_media_type'),
      );
    }
  });

  test.each(['windows-1252', 'iso-8859-1', '"ISO-8859-1"'])(
    'the declared charset %s is converted',
    async (charset) => {
      // As UTF-8 it would be valid, too, and another text.
      const body = Buffer.from('{"data":"\u00c3\u00a7"}', 'latin1');
      const headers = type(`application/json; charset=${charset}`);
      expect((await exchange(bridge.port, post('/topics/orders', body, headers))).status).toBe(201);
      expect(bridge.relay.accepted.at(-1)?.value?.toString('utf8')).toBe('"\u00c3\u00a7"');
    },
  );

  test('an empty body is no tombstone, whatever the query says', async () => {
    const request = post('/topics/orders?tombstone=true', '');
    expect(await refusalWithSequel(bridge, request)).toEqual(
      refusedAlone(400, 'unknown_parameter'),
    );
  });
});

describe('bodies', () => {
  const keys = (count: number): string =>
    Array.from({ length: count }, (_, at) => `"k${at}":1`).join();

  test.each<[string, string | Buffer, number, string]>([
    ['empty', '', 400, 'empty_body'],
    ['white space', ' \r\n', 400, 'invalid_json'],
    ['cut off', '{"a":', 400, 'invalid_json'],
    ['with a byte order mark', '\ufeff{"data":1}', 400, 'invalid_json'],
    ['UTF-16', Buffer.from(GOOD, 'utf16le'), 400, 'invalid_json'],
    ['NaN', '{"data":NaN}', 400, 'invalid_json'],
    ['Infinity', '{"data":-Infinity}', 400, 'invalid_json'],
    ['single quotes', "{'data':1}", 400, 'invalid_json'],
    ['a comment', '{"data":1/* one */}', 400, 'invalid_json'],
    ['a trailing comma', '{"data":1,}', 400, 'invalid_json'],
    ['two documents', '{"data":1}{"data":2}', 400, 'invalid_json'],
    ['a hexadecimal number', '{"data":0x1}', 400, 'invalid_json'],
    ['a leading zero', '{"data":01}', 400, 'invalid_json'],
    ['a bare control character', '{"data":"\n"}', 400, 'invalid_json'],
    ['100,000 levels', `{"data":${'['.repeat(100_000)}`, 400, 'json_too_deep'],
    ['100,000 levels that close', '['.repeat(1e5) + ']'.repeat(1e5), 400, 'json_too_deep'],
    ['200,000 keys', `{"data":{${keys(200_000)}}}`, 413, 'payload_too_large'],
    ['an array', '[{"data":1}]', 400, 'invalid_body'],
    ['a number', '1', 400, 'invalid_body'],
    ['null', 'null', 400, 'invalid_body'],
    ['without data', '{"key":"a"}', 400, 'invalid_body'],
    ['with data twice', '{"data":1,"data":2}', 400, 'invalid_body'],
    ['with __proto__', '{"data":1,"__proto__":{"key":"a"}}', 400, 'unknown_parameter'],
    ['with constructor', '{"constructor":{"prototype":{}}}', 400, 'unknown_parameter'],
    ['with acks', '{"data":1,"acks":0}', 400, 'unknown_parameter'],
    ['no list', '{"records":{"data":1}}', 400, 'invalid_body'],
    ['an empty list', '{"records":[]}', 400, 'empty_batch'],
    ['501 records', `{"records":[${`${GOOD},`.repeat(500)}${GOOD}]}`, 413, 'batch_too_large'],
    ['a bad one of 100', `{"records":[${`${GOOD},`.repeat(99)}{}]}`, 400, 'invalid_body'],
    ['a list beside data', `{"data":1,"records":[${GOOD}]}`, 400, 'invalid_body'],
  ])('%s', async (_name, body, status, code) => {
    const closes = code === 'payload_too_large';
    expect(await refusalWithSequel(bridge, post('/topics/orders', body))).toEqual(
      refusedAlone(status, code, { closes }),
    );
  });

  test('are not quoted in the refusal', async () => {
    const answer = await exchange(bridge.port, post('/topics/orders', '{"cpf":39053344705,}'));
    expect(answer.body).not.toContain('39053344705');
  });

  const untouched = [
    '{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
    '{"a":1,"a":2}',
    '35200714200166000187550010000000015123456789',
    '[1e400,-0,10.00,1E+2]',
    '"\\ud800 \\u0000 \\/"',
    '{ "é" : "\u007f\u2028" }',
    '"null"',
    `${'['.repeat(998)}${']'.repeat(998)}`,
  ];

  test.each(untouched.map((data) => [data.slice(0, 40), data]))(
    '%s is stored as it is',
    async (_title, data) => {
      const answer = await exchange(bridge.port, post('/topics/orders', `{"data":${data}}`));
      expect(answer.status).toBe(201);
      expect(bridge.relay.accepted.at(-1)?.value?.toString('utf8')).toBe(data);
    },
  );
});

describe('the limit', () => {
  const sized = (bytes: number): string => `{"data":"${'x'.repeat(bytes - 11)}"}`;
  const chunked = (body: string): string =>
    'POST /topics/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
    `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

  test('is accepted, one byte more is not', async () => {
    expect((await exchange(bridge.port, post('/topics/orders', sized(LIMIT)))).status).toBe(201);
    expect(await refusalWithSequel(bridge, post('/topics/orders', sized(LIMIT + 1)))).toEqual(
      refusedAlone(413, 'payload_too_large', { closes: true }),
    );
  });

  test('is the same where the length is not told', async () => {
    expect((await exchange(bridge.port, chunked(sized(LIMIT)))).status).toBe(201);
    expect(await refusalWithSequel(bridge, chunked(sized(LIMIT + 1)))).toEqual(
      refusedAlone(413, 'payload_too_large', { closes: true }),
    );
  });

  test('is one of UTF-8, whatever was posted', async () => {
    const body = Buffer.from(`{"data":"${'ç'.repeat(LIMIT - 11)}"}`, 'latin1');
    expect(await refusalWithSequel(bridge, post('/topics/orders', body))).toEqual(
      refusedAlone(413, 'payload_too_large', { closes: true }),
    );
  });
});

test('with INVALID_UTF8=reject what is not UTF-8 is refused', async () => {
  await withBridge({ INVALID_UTF8: 'reject', CONFIRM_WAIT_MS: '0' }, async (strict) => {
    const body = Buffer.from('{"data":"ç"}', 'latin1');
    expect(await refusalWithSequel(strict, post('/topics/orders', body))).toEqual(
      refusedAlone(400, 'invalid_utf8'),
    );
  });
});
