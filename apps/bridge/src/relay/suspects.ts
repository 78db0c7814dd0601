import type { OutboxRecord } from '@bridge/outbox';
import { orderKey } from './blocks.js';

/**
 * The records of a batch that was not delivered which leave for the side together: the refused ones, and every
 * earlier record of their keys. A request is refused after others of its partition were taken, so an earlier
 * record may be well, but it is not sent yet, and a record on the side would overtake it.
 */
export function withEarlier(
  refused: readonly OutboxRecord[],
  batch: readonly OutboxRecord[],
): OutboxRecord[] {
  const last = new Map<string, number>();
  for (const row of refused) {
    const key = orderKey(row);
    last.set(key, Math.max(last.get(key) ?? 0, row.id));
  }
  return batch.filter((row) => row.id <= (last.get(orderKey(row)) ?? 0));
}

/**
 * The records of a batch that their topic will refuse as well, since the value alone is over its limit. Kafka names
 * only the first of a partition: one try for each of the others would hold up everybody else.
 * @param limit bytes; null when the limit is not known
 */
export function tooLarge(
  batch: readonly OutboxRecord[],
  topic: string,
  limit: number | null,
): OutboxRecord[] {
  if (limit === null) return [];
  return batch.filter((row) => row.topic === topic && (row.value?.length ?? 0) > limit);
}
