import { setTimeout as delay } from 'node:timers/promises';
import type { SampleRecord } from './invoices.js';

const POLL_MS = 100;

export interface Posted {
  readonly status: number;
  readonly partition: number;
  /** Null while Kafka has not confirmed the record. */
  readonly offset: string | null;
  readonly confirmed: boolean;
  readonly duplicate: boolean;
  readonly durationMs: number;
}

export interface Delivered {
  readonly partition: number;
  readonly offset: string;
}

interface Answer {
  readonly offsets: readonly { readonly offset: string; readonly partition: number }[];
  readonly confirmed: boolean;
  readonly duplicate?: boolean;
  readonly duration_ms: number;
}

/**
 * Posts a record as the ERP does. `waitSeconds` is how long the answer may wait for Kafka.
 * @throws Error with the bridge's answer when the record was not accepted.
 */
export async function post(
  url: string,
  topic: string,
  { key, messageId, data }: SampleRecord,
  waitSeconds: number,
): Promise<Posted> {
  // Put together as text: JSON.stringify would write the numbers of `data` anew.
  const body = `{"key":${JSON.stringify(key)},"message_id":${JSON.stringify(messageId)},"headers":{"empresa":"99","filial":"01"},"data":${data}}`;
  const response = await fetch(`${url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Prefer: `wait=${waitSeconds}` },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${messageId} was not accepted: ${response.status} ${text}`);
  const answer = JSON.parse(text) as Answer;
  const { offset = '-1', partition = -1 } = answer.offsets[0] ?? {};
  return {
    status: response.status,
    partition,
    offset: offset === '-1' ? null : offset,
    confirmed: answer.confirmed,
    duplicate: answer.duplicate === true,
    durationMs: answer.duration_ms,
  };
}

/** Asks the bridge until the record is in Kafka. @throws Error with its last state after `withinMs`. */
export async function delivered(
  url: string,
  messageId: string,
  withinMs: number,
): Promise<Delivered> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const response = await fetch(`${url}/messages/${encodeURIComponent(messageId)}`);
    const record = (await response.json()) as {
      status: string;
      partition: number;
      offset: string | number;
    };
    if (record.status === 'sent')
      return { partition: record.partition, offset: String(record.offset) };
    if (Date.now() > deadline) throw new Error(`${messageId} is still ${record.status}.`);
    await delay(POLL_MS);
  }
}
