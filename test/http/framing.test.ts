import { json, until } from './client.js';
import { refusal, refusalWithSequel, refused, refusedAlone } from './refusal.js';
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
const CLOSES = { closes: true };
const START = 'POST /topics/orders HTTP/1.1';
const CHUNKED = 'transfer-encoding: chunked';
const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

/** A POST that would be good without the line. */
const withLine = (line: string): string =>
  post('/topics/orders', GOOD).toString('latin1').replace('\r\n', `\r\n${line}\r\n`);

/** A POST that would be good with another length. */
const withLength = (length: string): string =>
  post('/topics/orders', GOOD, { 'content-length': length }).toString('latin1');

const chunked = (body: string, type = 'content-type: application/json'): string =>
  `${head(START, 'host: x', type, CHUNKED)}${body}`;

describe('framing', () => {
  test.each<[string, string]>([
    ['two framings', withLine(CHUNKED)],
    ['two lengths', withLine('content-length: 6')],
    ['one length twice', withLine('content-length: 10')],
    ['an unknown coding', head(START, 'host: x', 'transfer-encoding: xchunked')],
    ['a coding after chunked', head(START, 'host: x', 'transfer-encoding: chunked, identity')],
    ['chunked twice', `${head(START, 'host: x', CHUNKED, CHUNKED)}0\r\n\r\n`],
    ['chunked in HTTP/1.0', chunked(`a\r\n${GOOD}\r\n0\r\n\r\n`).replace('1.1', '1.0')],
    ['a chunk without a length', chunked(`zz\r\n${GOOD}\r\n0\r\n\r\n`)],
    ['a chunk that is longer than it says', chunked(`5\r\n${GOOD}\r\n0\r\n\r\n`)],
    ['chunk extensions of 1 MB', chunked(`a;${'x'.repeat(2 ** 20)}\r\n${GOOD}\r\n0\r\n\r\n`)],
    ['a space before the colon', withLine('x-a : 1')],
    ['a folded line', withLine('x-a: 1\r\n  2')],
    ['bare line feeds', post('/topics/orders', GOOD).toString().replaceAll('\r\n', '\n')],
    ['one bare line feed', withLine('x-a: 1\nx-b: 2')],
    ['a bare carriage return', withLine('x-a: 1\rx-b: 2')],
    ['a zero byte', withLine('x-a: 1\u00002')],
    ['a negative length', withLength('-1')],
    ['an empty length', withLength('')],
    ['a length with a sign', withLength('+10')],
    ['a list of lengths', withLength('10, 10')],
    ['a hexadecimal length', withLength('0x10')],
    ['a length of 20 digits', withLength('99999999999999999999')],
    ['no Host', post('/topics/orders', GOOD).toString().replace('host: localhost\r\n', '')],
    ['two Hosts', withLine('host: other')],
    ['a space in the path', post('/topics/a b', GOOD).toString()],
    ['a path without a slash', post('topics/orders', GOOD).toString()],
    ['HTTP/0.9', 'GET /topics\r\n\r\n'],
    ['HTTP/2.0', head('GET /topics HTTP/2.0', 'host: x')],
    ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ])('%s is refused and the connection closed', async (_name, text) => {
    expect(await refusalWithSequel(bridge, Buffer.from(text, 'latin1'))).toEqual(
      refusedAlone(400, 'bad_request_framing', CLOSES),
    );
  });

  test.each<[string, string]>([
    ['20 KB of headers', withLine(`x-a: ${'a'.repeat(20_000)}`)],
    ['3,000 headers', withLine('a:b\r\n'.repeat(3_000).trim())],
    ['201 headers', withLine('a:b\r\n'.repeat(201).trim())],
  ])('%s are refused', async (_name, text) => {
    expect(await refusalWithSequel(bridge, text)).toEqual(
      refusedAlone(431, 'headers_too_large', CLOSES),
    );
  });

  test.each(['content-type', 'authorization'])('two %s are refused', async (name) => {
    const text = withLine(`${name}: a\r\n${name}: b`);
    expect(await refusalWithSequel(bridge, text)).toEqual(refusedAlone(400, 'duplicate_header'));
  });

  test('HTTP/1.0 is kept alive when it asks for that', async () => {
    const socket = await open(bridge.port);
    const old = post('/topics/orders', GOOD, { connection: 'keep-alive' })
      .toString()
      .replace('HTTP/1.1', 'HTTP/1.0');
    for (let at = 0; at < 2; at++) {
      const answer = readAnswer(socket);
      socket.write(old);
      expect((await answer).status).toBe(201);
    }
    socket.destroy();
  });
});

describe('expectations', () => {
  const expecting = (path: string, headers: Record<string, string> = {}): string =>
    post(path, '', { 'content-length': '10', expect: '100-continue', ...headers }).toString();

  test.each<[string, string, number, string, boolean]>([
    ['one that is not known', withLine('expect: 200-maybe'), 417, 'expectation_failed', false],
    [
      'a body that is too long',
      expecting('/topics/orders', { 'content-length': '5000' }),
      413,
      'payload_too_large',
      true,
    ],
    [
      'a body of another type',
      expecting('/topics/orders', { 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
      true,
    ],
    ['a path that is not there', expecting('/nowhere'), 404, 'not_found', true],
  ])('%s is refused before the body is sent', async (_name, text, status, code, closes) => {
    expect(await refusalWithSequel(bridge, text)).toEqual(refusedAlone(status, code, { closes }));
  });

  test('a body that is welcome is asked for', async () => {
    const socket = await open(bridge.port);
    socket.write(expecting('/topics/orders'));
    expect((await readAnswer(socket)).status).toBe(100);
    socket.write(GOOD);
    expect((await readAnswer(socket)).status).toBe(201);
    socket.destroy();
  });
});

describe('methods', () => {
  test.each(['CONNECT', 'FOO', 'post', 'PURGE', 'M-SEARCH', 'TRACE'])(
    '%s of a path that is there is told the others',
    async (method) => {
      const request = head(`${method} /topics/orders HTTP/1.1`, 'host: x');
      const { headers } = await exchange(bridge.port, request);
      expect(headers.get('allow')).toBe('GET, HEAD, POST');
      expect(await refusalWithSequel(bridge, request)).toEqual(
        refusedAlone(405, 'method_not_allowed', { closes: headers.get('connection') === 'close' }),
      );
    },
  );

  test('a tunnel to elsewhere is not made', async () => {
    const request = head('CONNECT example.com:443 HTTP/1.1', 'host: x');
    expect(await refusalWithSequel(bridge, request)).toEqual(
      refusedAlone(404, 'not_found', CLOSES),
    );
  });

  test('HEAD is GET without a body, also where it is refused', async () => {
    for (const [path, status] of [
      ['/topics', 200],
      ['/topics/missing', 404],
      ['/nowhere', 404],
    ] as const) {
      const answer = await fetch(`${bridge.url}${path}`, { method: 'HEAD' });
      expect([answer.status, await answer.text()]).toEqual([status, '']);
    }
  });
});

describe('one connection', () => {
  test.each([
    ['1.1', {}],
    ['1.0', { connection: 'keep-alive' }],
  ])('50 requests of HTTP/%s in one write are answered in order', async (version, headers) => {
    const socket = await open(bridge.port);
    const id = `pipelined-${version}`;
    const requests = Array.from({ length: 50 }, (_, at) => {
      const body = `{"data":${at},"message_id":"${id}-${at}"}`;
      const request = post('/topics/orders', body, headers).toString();
      return request.replace('HTTP/1.1', `HTTP/${version}`);
    });
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    const ids = (): string[] =>
      [...text.matchAll(/"message_id":"pipelined-[\d.]+-(\d+)"/g)].map((match) => match[1] ?? '');
    socket.write(requests.join(''));
    await until(() => ids().length === 50);
    socket.destroy();
    expect(ids()).toEqual(Array.from({ length: 50 }, (_, at) => String(at)));
  });

  test('what breaks it is answered after the record that waits on it, never in its place', async () => {
    await withBridge({ CONFIRM_WAIT_MS: '60000' }, async (waiting) => {
      const socket = await open(waiting.port);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      socket.write(Buffer.concat([post('/topics/orders', GOOD), Buffer.from('\0 noise\r\n\r\n')]));
      await until(() => waiting.relay.accepted.length === 1);
      await json(`${waiting.url}/health/live`);
      await waiting.relay.confirm(waiting.relay.accepted);
      await until(() => text.includes('bad_request_framing'));
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
      socket.destroy();
    });
  });

  test('who sends far too much is told so, and not just cut off', async () => {
    const socket = await open(bridge.port);
    const answer = readAnswer(socket);
    const request = post('/topics/orders', Buffer.alloc(8 * 2 ** 20, 0x20));
    const written = new Promise((resolve) => socket.write(request, resolve));
    expect(await written).toBeFalsy();
    expect(refusal(await answer)).toEqual(refused(413, 'payload_too_large'));
    socket.destroy();
  });
});
