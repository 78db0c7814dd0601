import type { AuthenticationProviderArgs, Mechanism, SASLOptions } from 'kafkajs';
import { KafkaError } from './kafka.error.js';
import type { OAuthTokens } from './oauth-tokens.js';

export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly tokens: OAuthTokens };

/** Whether whoever reads the line could use what is sent there. */
export function sendsSecret(sasl: KafkaSasl): boolean {
  return sasl.mechanism === 'plain' || sasl.mechanism === 'oauthbearer';
}

export function saslOptions(sasl: KafkaSasl): SASLOptions | Mechanism {
  // A copy: kafkajs keeps things of its own in it.
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl } as SASLOptions;
  const { tokens } = sasl;
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: () => authenticate(tokens, saslAuthenticate),
    }),
  };
}

const bytes = {
  decode: (answer: Buffer): Buffer => answer,
  parse: (answer: Buffer): Buffer => answer,
};

/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs has it, too, but does not read the answer: a refused token looks like success
 * there, and then like a connection that breaks for no reason.
 */
async function authenticate(
  tokens: OAuthTokens,
  exchange: AuthenticationProviderArgs['saslAuthenticate'],
): Promise<void> {
  const token = await tokens.current();
  const answer = await exchange({
    request: message(`n,,\u0001auth=Bearer ${token}\u0001\u0001`),
    response: bytes,
  });
  if (answer === undefined || answer.length <= LENGTH_BYTES) return;
  tokens.forget(token);
  try {
    // The one message that may follow a refusal; the broker ends the exchange then.
    await exchange({ request: message('\u0001'), response: bytes });
  } catch {
    // It ends as an error, which says no more than the refusal did.
  }
  throw new KafkaError(
    {
      code: 'kafka_authentication_failed',
      scope: 'cluster',
      retryable: true,
      outcome: 'not-written',
    },
    'the broker refuses the token',
  );
}

/** Bytes as Kafka's protocol writes them: their length before them. */
const LENGTH_BYTES = 4;

function message(text: string) {
  return {
    encode: (): Buffer => {
      const body = Buffer.from(text);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeInt32BE(body.length);
      return Buffer.concat([length, body]);
    },
  };
}
