import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Scanners for leaked secrets, and people, know it by this. */
const PREFIX = 'ponte_';
const ID_BYTES = 8;
/** OWASP ASVS 11.5.1 asks for 128 bits at least. */
const SECRET_BYTES = 32;
const KEY = /^ponte_([0-9a-f]{16})\.([A-Za-z0-9_-]{43})$/;

export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

export interface NewApiKey {
  readonly id: string;
  /** What the caller sends. Shown once. */
  readonly text: string;
  readonly hash: string;
}

export function newApiKey(): NewApiKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, text: `${PREFIX}${id}.${secret}`, hash: hashOf(secret).toString('hex') };
}

/** Null: that is no key. */
export function parseApiKey(text: string): ApiKey | null {
  const [, id, secret] = KEY.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/**
 * Whether the secret is the one that was hashed, in a time that does not depend on where they differ. A fast hash is
 * enough for 256 random bits (ASVS 11.4.2 wants a slow one for what people choose).
 * @param hashed null: of a key that nobody has; takes as long.
 */
export function isSecret(secret: string, hashed: string | null): boolean {
  const expected = hashed === null ? NOBODYS : Buffer.from(hashed, 'hex');
  return timingSafeEqual(hashOf(secret), expected) && hashed !== null;
}

const NOBODYS = randomBytes(32);

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
