import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** What one client has posted and been answered; the oracle compares it with what consumers read. */
export interface Posted {
  readonly client: number;
  /** Counts up in each client; a client waits for each answer, so its records of one key have an order. */
  readonly number: number;
  readonly messageId: string;
  readonly key: string;
  /** The text of `data`, byte for byte. */
  readonly data: string;
  readonly status: number;
  readonly confirmed: boolean;
  readonly partition: number;
  readonly offset: string;
  /** Tries until there was an answer. */
  readonly tries: number;
}

interface Answer {
  readonly confirmed?: boolean;
  readonly offsets?: readonly { readonly partition: number; readonly offset: string }[];
}

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
  readonly headers?: Readonly<Record<string, string>>;
}

const REPEAT_MS = 50;

/**
 * Posts records one after the other, as an ERP does: what got no answer (or a 5xx, 408, 425, 429) is posted again
 * with the same message id. Nothing that it does depends on why there was no answer.
 * @throws Error when a record has no good answer in time, with the last answer.
 */
export async function postSequentially(options: PostingOptions): Promise<Posted[]> {
  const posted: Posted[] = [];
  for (let number = 0; number < options.records; number++) {
    posted.push(await postUntilAnswered(options, number));
  }
  return posted;
}

async function postUntilAnswered(options: PostingOptions, number: number): Promise<Posted> {
  const { client, giveUpAfterMs = 120_000 } = options;
  const messageId = `m-${client}-${number}-${randomBytes(4).toString('hex')}`;
  const key = options.key(number);
  // Numbers that do not survive being parsed, and a text that is different for each record.
  const data = `{ "client":${client}, "n":${number},"valor": 10.00,"chave":35200714200166000187550010000000046550000046}`;
  const body = `{"key":${JSON.stringify(key)},"message_id":"${messageId}","data":${data}}`;
  const until = Date.now() + giveUpAfterMs;
  let last = 'no answer';
  for (let tries = 1; Date.now() < until; tries++) {
    const answer = await tryOnce(options, body);
    if (answer !== null && answer.status < 300) {
      const [offset] = answer.body.offsets ?? [];
      const confirmed = answer.body.confirmed === true;
      return {
        client,
        number,
        messageId,
        key,
        data,
        status: answer.status,
        confirmed,
        partition: offset?.partition ?? -1,
        offset: offset?.offset ?? '-1',
        tries,
      };
    }
    if (answer !== null) last = `${answer.status} ${JSON.stringify(answer.body)}`;
    if (answer !== null && answer.status < 500 && ![408, 425, 429].includes(answer.status)) break;
    await delay(REPEAT_MS);
  }
  throw new Error(`${messageId} was not accepted: ${last}`);
}

async function tryOnce(
  { url, topic, headers = {}, answerWithinMs = 20_000 }: PostingOptions,
  body: string,
): Promise<{ status: number; body: Answer } | null> {
  try {
    const response = await fetch(`${url}/topics/${topic}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  } catch {
    return null;
  }
}
