import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEY_ID = 'test';

export interface TokenClient {
  readonly id: string;
  secret: string;
  /** The `sub` of its tokens, which Kafka takes for the user's name. */
  readonly user: string;
  audience: string;
  /** Seconds that a token lives. */
  lifetime: number;
}

/** An authorization server on loopback: tokens for one client, and the key that Kafka verifies them with. */
export class TokenServer {
  /** May be changed to what goes wrong. */
  readonly client: TokenClient;
  /** When the tokens that it gave end, epoch milliseconds. */
  readonly given: number[] = [];

  private constructor(
    private readonly server: Server,
    private readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
    private readonly configured: Readonly<TokenClient>,
  ) {
    this.client = { ...configured };
  }

  static async start(client: TokenClient): Promise<TokenServer> {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const server = createServer();
    const tokens = new TokenServer(server, keys, client);
    server.on('request', (request, response) => {
      const [status, body] = tokens.answer(request);
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return tokens;
  }

  get tokenUrl(): string {
    return `${this.url}/token`;
  }

  get keysUrl(): string {
    return `${this.url}/keys`;
  }

  reset(): void {
    Object.assign(this.client, this.configured);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer({ url, method, headers }: IncomingMessage): readonly [number, object] {
    if (url === '/keys') {
      const key = this.keys.publicKey.export({ format: 'jwk' });
      return [200, { keys: [{ ...key, kid: KEY_ID, alg: 'RS256', use: 'sig' }] }];
    }
    const { id, secret, lifetime } = this.client;
    const expected = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    if (method !== 'POST' || headers.authorization !== expected) {
      return [401, { error: 'invalid_client', error_description: headers.authorization }];
    }
    return [200, { access_token: this.token(), token_type: 'Bearer', expires_in: lifetime }];
  }

  private token(): string {
    const { user, audience, lifetime } = this.client;
    const now = Math.floor(Date.now() / 1_000);
    this.given.push((now + lifetime) * 1_000);
    const head = { alg: 'RS256', typ: 'JWT', kid: KEY_ID };
    const claims = { sub: user, aud: audience, iat: now, exp: now + lifetime, scope: 'kafka' };
    const signed = [head, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(signed), this.keys.privateKey);
    return `${signed}.${signature.toString('base64url')}`;
  }
}
