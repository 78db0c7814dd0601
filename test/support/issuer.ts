import {
  constants,
  createHmac,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'RS512';

interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

type Parts = Readonly<Record<string, unknown>>;

/** An issuer of tokens on loopback. It signs by itself: what verifies them is of another hand. */
export class Issuer {
  readonly name = 'https://issuer.example/realms/test';
  readonly audience = 'ponte';
  /** How often it was asked for its keys. */
  asked = 0;
  /** Says nothing to whoever asks. */
  isSilent = false;
  /** May be changed to what goes wrong. */
  answer: { readonly status: number; readonly body: string } | null = null;
  private published: SigningKey[] = [];

  private constructor(private readonly server: Server) {}

  static async start(...algorithms: readonly Algorithm[]): Promise<Issuer> {
    const server = createServer();
    const issuer = new Issuer(server);
    server.on('request', (_request, response) => {
      issuer.asked++;
      if (issuer.isSilent) return;
      const { status, body } = issuer.answer ?? { status: 200, body: issuer.keySet() };
      response.writeHead(status, { 'content-type': 'application/json', location: '/x' }).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (const algorithm of algorithms) issuer.addKey(algorithm);
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`;
  }

  /** The variables of a bridge that trusts it. */
  get variables(): Readonly<Record<string, string>> {
    return { OIDC_ISSUER: this.name, OIDC_AUDIENCE: this.audience, OIDC_JWKS_URL: this.url };
  }

  /** Publishes a new key. */
  addKey(alg: Algorithm): SigningKey {
    const key = newKey(alg);
    this.published.push(key);
    return key;
  }

  /** From now on it is not published; what it has signed stays signed. */
  withdraw(key: SigningKey): void {
    this.published = this.published.filter(({ kid }) => kid !== key.kid);
  }

  keyFor(alg: Algorithm): SigningKey {
    const key = this.published.find((one) => one.alg === alg);
    if (key === undefined) throw new Error(`There is no key for ${alg}`);
    return key;
  }

  /** A token that is valid for a minute, with these changes; undefined takes a part away. */
  token(claims: Parts = {}, header: Parts = {}, key = this.keyFor('ES256')): string {
    const now = Math.floor(Date.now() / 1_000);
    const all = {
      iss: this.name,
      aud: this.audience,
      sub: 'erp',
      iat: now,
      exp: now + 60,
      roles: ['ponte:produce', 'ponte:read'],
      topics: ['*'],
      jti: randomUUID(),
      ...claims,
    };
    return signed({ alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header }, all, (text) =>
      signature(key, text),
    );
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** What it publishes. */
  keySet(more: Parts = {}): string {
    const keys = this.published.map(({ publicKey, kid, alg }) => ({
      ...publicKey.export({ format: 'jwk' }),
      kid,
      alg,
      use: 'sig',
    }));
    return JSON.stringify({ keys, ...more });
  }
}

/** @param how makes the signature of the text. */
export function signed(header: Parts, claims: Parts, how: (text: string) => Buffer): string {
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${how(text).toString('base64url')}`;
}

/** A signature by HMAC, as with a secret that both sides have. */
export const hmac =
  (secret: string | Buffer) =>
  (text: string): Buffer =>
    createHmac('sha256', secret).update(text).digest();

/** A key that nobody has published, under any name. */
export function newKey(alg: Algorithm, kid: string = randomUUID()): SigningKey {
  return { kid, alg, ...pairFor(alg) };
}

function pairFor(alg: Algorithm) {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

function signature({ alg, privateKey: key }: SigningKey, text: string): Buffer {
  const bytes = Buffer.from(text);
  switch (alg) {
    case 'RS256':
      return sign('sha256', bytes, key);
    case 'RS512':
      return sign('sha512', bytes, key);
    case 'PS256':
      return sign('sha256', bytes, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      });
    case 'ES256':
      return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
    case 'EdDSA':
      return sign(null, bytes, key);
    default: {
      const unknown: never = alg;
      return unknown;
    }
  }
}
