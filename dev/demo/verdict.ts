import { headerOf } from '../../test/support/consumer.js';
import type { ConsumedRecord } from '../../test/support/consumer.js';
import type { SampleRecord } from './invoices.js';
import type { Delivered } from './post.js';

/** What the demo claims at its end; every entry must be true. */
export interface Verdict {
  readonly sameNumber: boolean;
  readonly sameBytes: boolean;
  readonly sameOrderPerKey: boolean;
  readonly noneTwice: boolean;
  /** The answers named the very place where the consumer found the record. */
  readonly samePlaces: boolean;
}

/** Compares what was posted (in this order) and what the bridge answered with what a consumer read. */
export function judge(
  posted: readonly SampleRecord[],
  places: ReadonlyMap<string, Delivered>,
  read: readonly ConsumedRecord[],
): Verdict {
  const byId = new Map(read.map((record) => [headerOf(record, 'message-id'), record]));
  return {
    sameNumber: read.length === posted.length,
    sameBytes: posted.every(
      ({ messageId, data }) => byId.get(messageId)?.value?.equals(Buffer.from(data)) === true,
    ),
    sameOrderPerKey:
      orderPerKey(posted.map(({ key, messageId }) => [key, messageId])) ===
      orderPerKey(read.map((record) => [String(record.key), headerOf(record, 'message-id') ?? ''])),
    noneTwice: byId.size === read.length,
    samePlaces: posted.every(({ messageId }) => {
      const [place, record] = [places.get(messageId), byId.get(messageId)];
      return place?.partition === record?.partition && place?.offset === String(record?.offset);
    }),
  };
}

function orderPerKey(pairs: readonly (readonly [key: string, messageId: string])[]): string {
  const perKey = new Map<string, string[]>();
  for (const [key, messageId] of pairs) perKey.set(key, [...(perKey.get(key) ?? []), messageId]);
  return JSON.stringify([...perKey.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
