import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KafkaError } from './kafka.error.js';
import { OAuthTokens } from './oauth-tokens.js';

const SECRET = 'canary secret:/+ç';

describe('the tokens of a client', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const asked: { readonly authorization: string; readonly body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { authorization = '' } = request.headers;
        asked.push({ authorization, body: Buffer.concat(pieces).toString() });
        answer(request, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  beforeEach(() => asked.splice(0));

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const tokens = (scope: string | null = null, tokenUrl = url()): OAuthTokens =>
    new OAuthTokens({ tokenUrl, clientId: 'the bridge', clientSecret: SECRET, scope });
  const grant = (body: object): void => {
    answer = (_, response) => void response.end(JSON.stringify(body));
  };
  const failure = async (from = tokens()): Promise<KafkaError> => {
    const error: unknown = await from.current().catch((thrown: unknown) => thrown);
    if (!(error instanceof KafkaError)) throw new Error(`no KafkaError: ${String(error)}`);
    expect(error.message).not.toContain('canary');
    expect(error).toMatchObject({ scope: 'cluster', retryable: true });
    return error;
  };

  test('are asked for with the client credentials, encoded as RFC 6749 wants them', async () => {
    grant({ access_token: 'abc', expires_in: 3600 });
    expect(await tokens('kafka.write kafka.read').current()).toBe('abc');
    const [{ authorization, body } = { authorization: '', body: '' }] = asked;
    const [id, secret] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
      .toString()
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    expect([id, secret]).toEqual(['the bridge', SECRET]);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'kafka.write kafka.read',
    });
  });

  test('are kept, and fetched once for all who wait', async () => {
    grant({ access_token: 'abc', expires_in: 3600 });
    const shared = tokens();
    await Promise.all([shared.current(), shared.current(), shared.current()]);
    await shared.current();
    expect(asked).toHaveLength(1);
  });

  test('are fetched anew when they have less than half a minute left', async () => {
    grant({ access_token: 'abc', expires_in: 29 });
    const short = tokens();
    await short.current();
    await short.current();
    expect(asked).toHaveLength(2);
  });

  test('are fetched anew when the broker has refused one', async () => {
    grant({ access_token: 'abc', expires_in: 3600 });
    const shared = tokens();
    await shared.current();
    shared.forget('another');
    await shared.current();
    expect(asked).toHaveLength(1);
    shared.forget('abc');
    await shared.current();
    expect(asked).toHaveLength(2);
  });

  test('are asked for again after a failure', async () => {
    const shared = tokens();
    answer = (_, response) => void response.writeHead(401).end('{"error":"invalid_client"}');
    expect(await failure(shared)).toMatchObject({
      code: 'kafka_authentication_failed',
      message: 'the token endpoint answered 401 (invalid_client)',
    });
    grant({ access_token: 'abc', expires_in: 3600 });
    expect(await shared.current()).toBe('abc');
  });

  test('are not looked for where a redirect leads', async () => {
    answer = (_, response) => void response.writeHead(307, { location: url() }).end();
    expect((await failure()).message).toBe('the token endpoint answered 307');
    expect(asked).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'without a token'],
    ['what is no JSON', '<html>canary</html>', 'without a token'],
    ['no token', '{"access_token":17}', 'without a token'],
    ['control characters', '{"access_token":"a\\u0001b"}', 'without a token'],
    ['too much', `{"access_token":"${'a'.repeat(70_000)}"}`, 'too much'],
  ])('do not come from an answer with %s', async (_, body, words) => {
    answer = (_request, response) => void response.end(body);
    const error = await failure();
    expect(error.code).toBe('kafka_unavailable');
    expect(error.message).toContain(words);
  });

  test('repeat nothing that the endpoint says in words of its own', async () => {
    const body = JSON.stringify({ error: `canary of ${SECRET}` });
    answer = (_, response) => void response.writeHead(400).end(body);
    expect((await failure()).message).toBe('the token endpoint answered 400');
  });

  test('are waited for while the endpoint is out of reach, broken or silent', async () => {
    const away = await failure(tokens(null, 'http://127.0.0.1:1/token'));
    expect(away).toMatchObject({ code: 'kafka_unavailable' });
    expect(away.message).toContain('did not answer');
    answer = (_, response) => void response.writeHead(503).end();
    expect(await failure()).toMatchObject({ code: 'kafka_unavailable' });
    answer = () => undefined;
    expect(await failure()).toMatchObject({
      code: 'kafka_unavailable',
      message: 'the token endpoint did not answer: TimeoutError',
    });
  });
});
