import { headerOf, type ConsumedRecord } from '../consumer.js';
import type { Posted } from './posting-client.js';

/** Every way in which a topic can differ from what was posted. All lists are message ids; all empty is right. */
export interface Findings {
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  readonly phantom: readonly string[];
  readonly outOfOrder: readonly string[];
  readonly otherBytes: readonly string[];
  /** The answer named a partition or an offset at which the record is not. */
  readonly otherPlace: readonly string[];
}

export const NOTHING_WRONG: Findings = {
  lost: [],
  twice: [],
  phantom: [],
  outOfOrder: [],
  otherBytes: [],
  otherPlace: [],
};

/**
 * Compares a topic, as a read_committed consumer reads it, with what was posted and answered.
 * Order: of each client and key, the records stand in one partition in the order in which they were posted.
 */
export function check(posted: readonly Posted[], consumed: readonly ConsumedRecord[]): Findings {
  const found = new Map<string, ConsumedRecord[]>();
  for (const record of consumed) {
    const id = headerOf(record, 'message-id') ?? '';
    found.set(id, [...(found.get(id) ?? []), record]);
  }
  const known = new Map(posted.map((one) => [one.messageId, one]));
  const ids = (wrong: (one: Posted, record: ConsumedRecord) => boolean): string[] =>
    posted
      .filter((one) => {
        const record = found.get(one.messageId)?.[0];
        return record !== undefined && wrong(one, record);
      })
      .map(({ messageId }) => messageId);
  return {
    lost: posted.filter(({ messageId }) => !found.has(messageId)).map((one) => one.messageId),
    twice: [...found].filter(([, copies]) => copies.length > 1).map(([id]) => id),
    phantom: [...found.keys()].filter((id) => !known.has(id)),
    outOfOrder: outOfOrder(posted, found),
    otherBytes: ids((one, { key, value }) => {
      return key?.toString() !== one.key || value?.toString() !== one.data;
    }),
    otherPlace: ids((one, { partition, offset }) => {
      return one.confirmed && (one.partition !== partition || one.offset !== String(offset));
    }),
  };
}

function outOfOrder(
  posted: readonly Posted[],
  found: ReadonlyMap<string, readonly ConsumedRecord[]>,
): string[] {
  const last = new Map<string, ConsumedRecord>();
  const wrong: string[] = [];
  for (const { client, key, messageId } of posted.toSorted((a, b) => a.number - b.number)) {
    const record = found.get(messageId)?.[0];
    if (record === undefined) continue;
    const name = `${client} ${key}`;
    const before = last.get(name);
    last.set(name, record);
    if (before === undefined) continue;
    if (before.partition !== record.partition || before.offset >= record.offset) {
      wrong.push(messageId);
    }
  }
  return wrong;
}
