import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { postedOf, type Posted } from './posted.js';
import { postUntilAnswered, requestOf } from './post.js';

export interface PostingOptions {
  readonly url: string;
  readonly topic: string;
  readonly client: number;
  readonly records: number;
  readonly key: (number: number) => string;
  /** How long one try may take, in milliseconds. */
  readonly answerWithinMs?: number;
  /** How long a record is repeated until there is an answer, in milliseconds. */
  readonly giveUpAfterMs?: number;
  /** HTTP headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One sequential client in this process, for tests that need no load: each record waits for the answer of the
 * one before it.
 * @throws Error when a record is not accepted in time, with the last answer.
 */
export async function postSequentially(options: PostingOptions): Promise<Posted[]> {
  const agent = new Agent({ keepAlive: true });
  try {
    const posted: Posted[] = [];
    for (let number = 0; number < options.records; number++) {
      posted.push(await postOne(options, number, agent));
    }
    return posted;
  } finally {
    agent.destroy();
  }
}

async function postOne(options: PostingOptions, number: number, agent: Agent): Promise<Posted> {
  const { url, topic, client, headers = {}, answerWithinMs = 20_000 } = options;
  const messageId = `m-${client}-${number}-${randomBytes(4).toString('hex')}`;
  const key = options.key(number);
  const { posting, body } = requestOf(
    { client, number, ordered: true, topic, messageId, key, headers: [] },
    invoice(client, number),
  );
  const startedAt = Date.now();
  const until = startedAt + (options.giveUpAfterMs ?? 120_000);
  const goOn = (): boolean => Date.now() < until;
  const tries = await postUntilAnswered(posting, body, {
    urls: [url],
    agent,
    headers,
    answerWithinMs,
    goOn,
  });
  const posted = postedOf(posting, startedAt, tries);
  if (posted.outcome === 'accepted') return posted;
  throw new Error(`${messageId} was not accepted: ${posted.status} ${posted.code}`);
}

/** Numbers that do not survive being parsed, and a text that is different for each record. */
export function invoice(client: number, number: number, filling = ''): string {
  const text = filling === '' ? '' : `,"texto":"${filling}"`;
  return `{ "client":${client}, "n":${number},"valor": 10.00,"chave":35200714200166000187550010000000046550000046${text}}`;
}
