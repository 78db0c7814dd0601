import { createHash } from 'node:crypto';
import {
  NO_TENANT,
  type Acceptance,
  type NewRecord,
  type OutboxRecord,
  type OutboxStore,
} from '@bridge/outbox';

export const HOUR = 3_600_000;
export const WHOLE_PAGE = {
  afterId: 0,
  limit: 1000,
  maxBytes: 1024 * 1024,
  delivery: 'exactly-once',
  lanes: { modulo: 1, remainder: 0 },
} as const;

export function hash(content: string): Buffer {
  return createHash('sha256').update(content).digest();
}

/** An invoice's record as the edge would hand it over. */
export function invoice(messageId: string, changes: Partial<NewRecord> = {}): NewRecord {
  return {
    messageId,
    tenant: NO_TENANT,
    requestHash: hash(messageId),
    topic: 'notas',
    key: Buffer.from(`NF-${messageId}`),
    value: Buffer.from(`{"documento":"${messageId}","valor":1500.00}`),
    headers: [{ name: 'message-id', value: Buffer.from(messageId) }],
    timestamp: null,
    delivery: 'exactly-once',
    requestedPartition: null,
    transaction: null,
    partition: 0,
    ...changes,
  };
}

export function invoices(count: number, changes: Partial<NewRecord> = {}): readonly NewRecord[] {
  return Array.from({ length: count }, (_, n) => invoice(`nf-${n}`, changes));
}

/** Accepts and gives the records; a duplicate is a failed test. */
export async function accepted(
  store: OutboxStore,
  ...records: readonly NewRecord[]
): Promise<readonly OutboxRecord[]> {
  return (await store.accept(records)).map(recordOf);
}

function recordOf(acceptance: Acceptance): OutboxRecord {
  if (acceptance.outcome !== 'accepted') throw new Error('Not accepted but a duplicate.');
  return acceptance.record;
}

/** Sends records as a pipeline does: opens a batch, notes offsets from 100 on, closes it. */
export async function sent(
  store: OutboxStore,
  records: readonly OutboxRecord[],
  pipeline = 'main-0',
): Promise<void> {
  const entries = records.map(({ id, topic }) => ({ id, topic, partition: 0 }));
  const number = await store.openBatch(pipeline, 'records', entries);
  await store.noteOffsets(pipeline, number, offsetsOf(records));
  await store.closeBatch(pipeline, number);
}

function offsetsOf(records: readonly OutboxRecord[]) {
  return [...new Set(records.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partition: 0,
    offsets: records
      .filter((record) => record.topic === topic)
      .map((_, position) => String(100 + position)),
  }));
}

/** Refuses a record for good. */
export async function buried(store: OutboxStore, ...records: readonly OutboxRecord[]) {
  return store.bury(
    records.map(({ id }) => ({ id, code: 'message_too_large', error: 'The record is too large.' })),
  );
}

/** What stands in the database for every record: its message id and status, by id. */
export async function statuses(store: OutboxStore): Promise<Readonly<Record<string, string>>> {
  const { items } = await store.list({}, 500);
  return Object.fromEntries(items.map(({ messageId, status }) => [messageId, status]).toReversed());
}
