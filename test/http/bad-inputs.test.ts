import { startBridge, type RunningBridge } from './running-bridge.js';
import { json } from './client.js';
import { refusal, refused } from './refusal.js';
import { exchange, open, post, readAnswer } from './wire.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ MAX_BODY_BYTES: '4096', CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const GOOD = '{"data":1}';

describe('on the wire', () => {
  const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
  const START = 'POST /topics/orders HTTP/1.1';

  test.each<[string, string]>([
    ['two framings', head(START, 'host: x', 'content-length: 5', 'transfer-encoding: chunked')],
    ['two lengths', head(START, 'host: x', 'content-length: 5', 'content-length: 6')],
    ['an unknown coding', head(START, 'host: x', 'transfer-encoding: xchunked')],
    ['a coding after chunked', head(START, 'host: x', 'transfer-encoding: chunked, identity')],
    ['a space before the colon', head(START, 'host : x')],
    ['a negative length', head(START, 'host: x', 'content-length: -1')],
    ['a hexadecimal length', head(START, 'host: x', 'content-length: 0x10')],
    ['a length of 20 digits', head(START, 'host: x', 'content-length: 99999999999999999999')],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ])('%s is refused and the connection closed', async (_name, text) => {
    const answer = await exchange(bridge.port, text);
    expect(refusal(answer)).toEqual(refused(400, 'bad_request_framing'));
    expect(answer.headers.get('connection')).toBe('close');
  });

  test('no Host is refused', async () => {
    expect((await exchange(bridge.port, head('GET /health/live HTTP/1.1'))).status).toBe(400);
  });

  test('20 KB of headers are refused', async () => {
    const text = head(START, 'host: x', `x-a: ${'a'.repeat(20_000)}`);
    expect(refusal(await exchange(bridge.port, text))).toEqual(refused(431, 'headers_too_large'));
  });

  test('3,000 headers are refused, not dropped', async () => {
    const many = Array.from({ length: 3_000 }, () => 'a:b');
    expect(refusal(await exchange(bridge.port, head(START, 'host: x', ...many)))).toEqual(
      refused(431, 'headers_too_large'),
    );
  });

  test('an expectation that is not known is refused', async () => {
    const text = head(START, 'host: x', 'expect: 200-maybe', 'content-length: 0');
    expect((await exchange(bridge.port, text)).status).toBe(417);
  });

  test('a body that would be too long is refused before it is sent', async () => {
    const text = head(START, 'host: x', 'expect: 100-continue', 'content-length: 5000');
    expect(refusal(await exchange(bridge.port, text))).toEqual(refused(413, 'payload_too_large'));
  });

  test('a body that is announced is asked for', async () => {
    const socket = await open(bridge.port);
    socket.write(
      head(
        START,
        'host: x',
        'content-type: application/json',
        'expect: 100-continue',
        'content-length: 10',
      ),
    );
    expect((await readAnswer(socket)).status).toBe(100);
    socket.write(GOOD);
    expect((await readAnswer(socket)).status).toBe(201);
    socket.destroy();
  });

  test('50 requests in one write are answered in order', async () => {
    const socket = await open(bridge.port);
    const requests = Array.from({ length: 50 }, (_, at) =>
      post('/topics/orders', `{"data":${at},"message_id":"pipelined-${at}"}`),
    );
    const received: string[] = [];
    const all = new Promise<void>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const ids = [...text.matchAll(/"message_id":"pipelined-(\d+)"/g)].map(
          (match) => match[1] ?? '',
        );
        if (ids.length < 50) return;
        received.push(...ids);
        resolve();
      });
    });
    socket.write(Buffer.concat(requests));
    await all;
    socket.destroy();
    expect(received).toEqual(Array.from({ length: 50 }, (_, at) => String(at)));
  });

  test('a body that breaks off stores nothing', async () => {
    const before = bridge.store.stats().totals.received;
    const socket = await open(bridge.port);
    const whole = post('/topics/orders', GOOD, { 'content-length': '100' });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(whole, () => socket.destroy());
    await closed;
    // The server answers a later connection only after it has seen the end of the first one or in spite of it.
    await json(`${bridge.url}/health/live`);
    expect(bridge.store.stats().totals.received).toBe(before);
  });

  test('two ids in two headers are refused', async () => {
    const text = post('/topics/orders', GOOD, { 'idempotency-key': 'a\r\nidempotency-key: b' });
    expect(refusal(await exchange(bridge.port, text))).toEqual(refused(400, 'duplicate_header'));
  });

  test('a comma in one id is part of it', async () => {
    const answer = await exchange(
      bridge.port,
      post('/topics/orders', GOOD, { 'idempotency-key': 'a, b' }),
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toContain('"message_id":"a, b"');
  });
});

describe('bodies', () => {
  test.each<[string, Record<string, string>, string | Buffer, number, string]>([
    ['empty', {}, '', 400, 'empty_body'],
    ['cut off', {}, '{"a":', 400, 'invalid_json'],
    ['without a type', { 'content-type': '' }, GOOD, 415, 'unsupported_media_type'],
    ['text', { 'content-type': 'text/plain' }, GOOD, 415, 'unsupported_media_type'],
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a=b',
      415,
      'unsupported_media_type',
    ],
    [
      'many parts',
      { 'content-type': 'multipart/form-data; boundary=x' },
      'x',
      415,
      'unsupported_media_type',
    ],
    [
      'an unknown charset',
      { 'content-type': 'application/json; charset=utf-16' },
      GOOD,
      415,
      'unsupported_charset',
    ],
    ['a byte order mark', {}, '\ufeff{"data":1}', 400, 'invalid_json'],
    ['compressed', { 'content-encoding': 'gzip' }, GOOD, 415, 'bad_encoding'],
    ['too deep', {}, '['.repeat(3_000), 400, 'json_too_deep'],
    ['too long', {}, `{"data":"${'x'.repeat(4_086)}"}`, 413, 'payload_too_large'],
    ['with an unknown field', {}, '{"data":1,"acks":0}', 400, 'unknown_parameter'],
    [
      'with a partition that is not there',
      {},
      '{"data":1,"partition":3}',
      400,
      'invalid_partition',
    ],
    [
      'with an id of 256 characters',
      { 'idempotency-key': 'x'.repeat(256) },
      GOOD,
      400,
      'invalid_message_id',
    ],
    ['with an empty id', { 'idempotency-key': '' }, GOOD, 400, 'invalid_message_id'],
    [
      'with two ids',
      { 'idempotency-key': 'a' },
      '{"data":1,"message_id":"b"}',
      400,
      'message_id_conflict',
    ],
  ])('%s', async (_name, headers, body, status, code) => {
    const before = bridge.store.stats().totals.received;
    expect(refusal(await exchange(bridge.port, post('/topics/orders', body, headers)))).toEqual(
      refused(status, code),
    );
    expect(bridge.store.stats().totals.received).toBe(before);
  });

  test('exactly at the limit is accepted', async () => {
    const body = `{"data":"${'x'.repeat(4_085)}"}`;
    expect(body).toHaveLength(4_096);
    expect((await exchange(bridge.port, post('/topics/orders', body))).status).toBe(201);
  });

  test('one byte more without a length is refused, too', async () => {
    const chunk = 'x'.repeat(4_097).replace(/^.{9}/, '{"data":"');
    const answer = await exchange(
      bridge.port,
      'POST /topics/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
        'transfer-encoding: chunked\r\n\r\n',
      `${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`,
    );
    expect(refusal(answer)).toEqual(refused(413, 'payload_too_large'));
    expect(answer.headers.get('connection')).toBe('close');
  });

  test('what windows-1252 makes too long is refused', async () => {
    const body = Buffer.from(`{"data":"${'ç'.repeat(4_000)}"}`, 'latin1');
    expect(refusal(await exchange(bridge.port, post('/topics/orders', body)))).toEqual(
      refused(413, 'payload_too_large'),
    );
  });

  test('with INVALID_UTF8=reject what is not UTF-8 is refused', async () => {
    const strict = await startBridge({ INVALID_UTF8: 'reject' });
    try {
      const body = Buffer.from('{"data":"ç"}', 'latin1');
      expect(refusal(await exchange(strict.port, post('/topics/a', body)))).toEqual(
        refused(400, 'invalid_utf8'),
      );
    } finally {
      await strict.stop();
    }
  });
});
