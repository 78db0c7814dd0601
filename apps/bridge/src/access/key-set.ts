import { Logger } from '@nestjs/common';
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** So long a set is not asked for again, however it is used; a key that its issuer has withdrawn is refused after that. */
const FRESH_MS = 5 * 60_000;
/** For a key that is not in the set. Without a limit, whoever makes up names of keys would make the bridge ask. */
const ASK_AGAIN_MS = 60_000;
/** While there are no keys at all nobody is let in by a token. */
const ASK_FIRST_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;
const MAX_ANSWER_BYTES = 256 * 2 ** 10;

/**
 * The public keys of the issuer, by the URL of the configuration and no other: what a token says of where keys are
 * (`jku`, `x5u`, `iss`) is never looked at. Keys that cannot be had again stay as they were; without any, no token is valid.
 */
export class KeySet {
  private readonly logger = new Logger('Tokens');
  private keys: JWTVerifyGetKey | null = null;
  private text = '';
  private readAt = 0;
  private askAt = 0;
  private asking: Promise<void> | null = null;
  private isTold = false;

  constructor(
    private readonly url: string,
    private readonly clock: () => number = Date.now,
    /** Called when the keys are others than before. */
    private readonly onChange: () => void = () => undefined,
  ) {}

  /** Asks for the keys before somebody needs them. */
  start(): void {
    void this.ask();
  }

  /** For `jwtVerify`. @throws JOSEError when there is no such key, or there are no keys. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (this.keys === null) await this.ask();
    else if (this.clock() - this.readAt >= FRESH_MS) void this.ask();
    const keys = this.keys ?? noKeys;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.ask();
      return (this.keys ?? noKeys)(header, token);
    }
  };

  /** Once for all who wait, and not before its time. */
  private async ask(): Promise<void> {
    if (this.clock() >= this.askAt) {
      this.asking = this.read().finally(() => (this.asking = null));
    }
    await this.asking;
  }

  private async read(): Promise<void> {
    this.askAt = this.clock() + (this.keys === null ? ASK_FIRST_MS : ASK_AGAIN_MS);
    try {
      const text = await textAt(this.url);
      const keys = createLocalJWKSet(JSON.parse(text) as { keys: [] });
      if (keys.jwks().keys.length === 0) throw new Error('it has no keys');
      this.readAt = this.clock();
      this.askAt = this.readAt + ASK_AGAIN_MS;
      this.isTold = false;
      if (text === this.text) return;
      this.keys = keys;
      this.text = text;
      this.onChange();
      this.logger.log('The keys of the issuer were read', { keys: keys.jwks().keys.length });
    } catch (error) {
      if (this.isTold) return;
      this.isTold = true;
      const outcome = this.keys === null ? 'No token is taken until then' : 'Those before it stay';
      this.logger.error(`OIDC_JWKS_URL gives no keys: ${reasonOf(error)}. ${outcome}.`);
    }
  }
}

const noKeys: JWTVerifyGetKey = async () => {
  throw new errors.JWKSNoMatchingKey();
};

async function textAt(url: string): Promise<string> {
  const response = await fetch(url, {
    // It would lead to somebody whom the operator has not named.
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    headers: { accept: 'application/json, application/jwk-set+json' },
  });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    pieces.push(piece);
  }
  if (response.status !== 200) throw new Error(`the answer is ${response.status}`);
  return Buffer.concat(pieces).toString();
}

/** `fetch failed` says nothing; what is behind it (ECONNREFUSED, CERT_HAS_EXPIRED) does. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return name === 'Error' ? message : name;
}
