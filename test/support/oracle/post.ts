import { request, type Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { noAnswer, outcomeOf, sha256, type Posting, type Try } from './posted.js';

const REPEAT_MS = 50;
const REPEAT_MOST_MS = 500;

export interface PostOptions {
  /** The bridges; after a try without a good answer the next one is asked. */
  readonly urls: readonly string[];
  readonly agent: Agent;
  /** HTTP headers beside the content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long one try may take, in milliseconds. */
  readonly answerWithinMs: number;
  /** Asked before each repetition. */
  readonly goOn: () => boolean;
  readonly onTry?: (answer: Try) => void;
}

/** The bytes of the request, and the posting that they make. `data` is JSON text and goes out byte for byte. */
export function requestOf(
  posting: Omit<Posting, 'sha256'>,
  data: string,
): { readonly posting: Posting; readonly body: Buffer } {
  const key = posting.key === null ? '' : `"key":${JSON.stringify(posting.key)},`;
  const headers = JSON.stringify(Object.fromEntries(posting.headers));
  const body = `{${key}"message_id":"${posting.messageId}","headers":${headers},"data":${data}}`;
  return { posting: { ...posting, sha256: sha256(data) }, body: Buffer.from(body) };
}

/**
 * Posts one record, as an ERP does: what got no answer (or a 5xx, 408, 425, 429) is posted again with the same
 * message id. Nothing that it does depends on why there was no answer.
 */
export async function postUntilAnswered(
  { client, topic }: Pick<Posting, 'client' | 'topic'>,
  body: Buffer,
  options: PostOptions,
): Promise<Try[]> {
  const tries: Try[] = [];
  for (;;) {
    const url = options.urls[(client + tries.length) % options.urls.length] ?? '';
    const answer = await tryOnce(`${url}/topics/${topic}`, body, options);
    tries.push(answer);
    options.onTry?.(answer);
    if (outcomeOf(answer) !== 'unknown' || !options.goOn()) return tries;
    await delay(Math.min(REPEAT_MS * tries.length, REPEAT_MOST_MS));
  }
}

/** Never throws: whatever keeps the answer away is "no answer". */
function tryOnce(url: string, body: Buffer, options: PostOptions): Promise<Try> {
  const { agent, answerWithinMs } = options;
  const headers = {
    ...options.headers,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(answerWithinMs);
    const unanswered = (): void => resolve(noAnswer(Date.now()));
    const sent = request(url, { method: 'POST', agent, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', unanswered);
      response.once('end', () => {
        resolve(read(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
      });
      response.once('close', unanswered);
    });
    sent.once('error', unanswered);
    sent.end(body);
  });
}

interface Answer {
  readonly confirmed?: boolean;
  readonly code?: string;
  readonly offsets?: readonly { readonly partition: number; readonly offset: string }[];
}

/** An answer of which the body did not come whole is none. */
function read(status: number, text: string): Try {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    return noAnswer(Date.now());
  }
  const confirmed = answer.confirmed === true;
  const place = confirmed ? answer.offsets?.[0] : undefined;
  return {
    status,
    code: answer.code ?? null,
    confirmed,
    partition: place?.partition ?? null,
    offset: place?.offset ?? null,
    at: Date.now(),
  };
}
