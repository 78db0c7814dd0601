import { KafkaError } from './kafka.error.js';

/** How to get a token with the OAuth 2.0 client credentials grant (RFC 6749, 4.4). */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
}

const ANSWER_WITHIN_MS = 5_000;
/** A token with all its claims has some thousand bytes; what is larger is no answer of a token endpoint. */
const MAX_ANSWER_BYTES = 64 * 1024;
/**
 * A token that has less left is not used again. More than the 10 s before the end of a session at which kafkajs
 * authenticates anew: with the old token it would have to do so at every request.
 */
const LEAST_LEFT_MS = 30_000;
/** Where the endpoint does not say how long its token lives. */
const UNTOLD_LIFETIME_S = 60;

interface Token {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly usableUntil: number;
}

/** The tokens of one client, shared by all its connections: fetched when needed, one fetch at a time. */
export class OAuthTokens {
  private token: Token | null = null;
  private fetching: Promise<Token> | null = null;

  constructor(private readonly credentials: ClientCredentials) {}

  /** @throws KafkaError that is worth a retry, without the secret and without what the endpoint has answered. */
  async current(): Promise<string> {
    if (this.token !== null && Date.now() < this.token.usableUntil) return this.token.value;
    this.fetching ??= this.fetch().finally(() => (this.fetching = null));
    this.token = await this.fetching;
    return this.token.value;
  }

  /** The broker has refused it: what was wrong may have been put right where tokens come from. */
  forget(value: string): void {
    if (this.token?.value === value) this.token = null;
  }

  private async fetch(): Promise<Token> {
    const askedAt = Date.now();
    const { status, text } = await ask(this.credentials);
    const answer = fieldsOf(text);
    const value = answer['access_token'];
    if (status !== 200) throw refused(status, answer['error']);
    // The token goes into a message whose parts are told apart by control characters.
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
      throw unavailable('the token endpoint answered without a token');
    }
    const lifetime = Number(answer['expires_in'] ?? UNTOLD_LIFETIME_S) * 1_000;
    return { value, usableUntil: askedAt + (lifetime || 0) - LEAST_LEFT_MS };
  }
}

async function ask({ tokenUrl, clientId, clientSecret, scope }: ClientCredentials) {
  const basic = [clientId, clientSecret].map(formEncoded).join(':');
  try {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      // A redirect would carry the secret to somebody whom the operator has not named.
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope === null ? {} : { scope }),
      }),
    });
    return { status: response.status, text: await textOf(response) };
  } catch (error) {
    if (error instanceof KafkaError) throw error;
    throw unavailable(`the token endpoint did not answer: ${reasonOf(error)}`, error);
  }
}

/** RFC 6749, 2.3.1: id and secret are encoded as a form's values before they become a Basic header. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw unavailable('the token endpoint answered too much');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

/** `fetch failed` says nothing; what is behind it (ECONNREFUSED, CERT_HAS_EXPIRED) does. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { readonly name?: unknown; readonly cause?: unknown };
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : String(name);
}

/** @param error the endpoint's own code; taken only where it looks like one, since an answer may echo anything. */
function refused(status: number, error: unknown): KafkaError {
  const known = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : '';
  const message = `the token endpoint answered ${status}${known}`;
  if (status === 429 || status >= 500) return unavailable(message);
  return new KafkaError(
    {
      code: 'kafka_authentication_failed',
      scope: 'cluster',
      retryable: true,
      outcome: 'not-written',
    },
    message,
  );
}

function unavailable(message: string, cause?: unknown): KafkaError {
  return new KafkaError(
    { code: 'kafka_unavailable', scope: 'cluster', retryable: true, outcome: 'not-written' },
    message,
    cause,
  );
}
