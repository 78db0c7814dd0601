import type { Agent } from 'node:http';
import { postUntilAnswered, requestOf } from '../../support/oracle/post.js';
import { invoice } from '../../support/oracle/posting-client.js';
import { postedOf, type Posted, type Posting } from '../../support/oracle/posted.js';

/** Clients of rows begin here, so that the oracle's own never have the same number. */
export const OWN_CLIENT = 200;

const GIVE_UP_AFTER_MS = 120_000;

/** A record that a row posts by itself, beside the load. */
export interface OwnRecord {
  readonly topic: string;
  readonly messageId: string;
  readonly key: string | null;
  /** `OWN_CLIENT` or above; with its number it says the order of a key's records. */
  readonly client: number;
  readonly number: number;
  /** More text in the value. */
  readonly filling?: string;
  /** Demanded; by default it follows from the key. */
  readonly partition?: number;
}

export interface OwnRequest {
  readonly posting: Posting;
  readonly body: Buffer;
}

export function ownRequest({ filling = '', partition, ...record }: OwnRecord): OwnRequest {
  const posting = { ...record, ordered: true, headers: [] };
  const request = requestOf(posting, invoice(record.client, record.number, filling));
  if (partition === undefined) return request;
  const demanded = Buffer.from(`{"partition":${partition},`);
  return { ...request, body: Buffer.concat([demanded, request.body.subarray(1)]) };
}

/** Posts it until there is an answer, good or bad, as an ERP does; at most for two minutes. */
export async function postOwn(
  url: string,
  agent: Agent,
  { posting, body }: OwnRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<Posted> {
  const startedAt = Date.now();
  const tries = await postUntilAnswered(posting, body, {
    urls: [url],
    agent,
    headers,
    answerWithinMs: 20_000,
    goOn: () => Date.now() < startedAt + GIVE_UP_AFTER_MS,
  });
  return postedOf(posting, startedAt, tries);
}

/** Runs so many workers at once, each until there is no next item. */
export async function inParallel<T>(
  items: readonly T[],
  workers: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.toReversed();
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
