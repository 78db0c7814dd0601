import type { ConsumedRecord } from '../../consumer.js';
import { replaysOf, type Case } from '../evidence.js';
import type { Posted } from '../posted.js';

type Found = Posted & { readonly record: ConsumedRecord };

/**
 * C5: a key stands in one partition of its topic, and there the records of a sequential client stand in the order
 * in which they were posted. Of copies the first one counts. A replayed record has lost its place.
 */
export function outOfOrder(run: Case): string[] {
  const found = run.posted
    .flatMap((one): Found[] => {
      const record = run.inTopics.get(one.messageId)?.[0];
      return record === undefined || replaysOf(record) > 0 ? [] : [{ ...one, record }];
    })
    .filter(({ key }) => key !== null);
  const moved = run.partitionsChanged ? [] : movedKeys(found);
  return [...moved, ...overtaken(found.filter(({ ordered }) => ordered))];
}

function movedKeys(found: readonly Found[]): string[] {
  const first = new Map<string, number>();
  return found
    .toSorted((a, b) => a.startedAt - b.startedAt || a.number - b.number)
    .filter(({ topic, key, record }) => {
      const name = `${topic}\n${key}`;
      const partition = first.get(name) ?? record.partition;
      first.set(name, partition);
      return partition !== record.partition;
    })
    .map(({ messageId }) => messageId);
}

function overtaken(found: readonly Found[]): string[] {
  const highest = new Map<string, bigint>();
  return found
    .toSorted((a, b) => a.number - b.number)
    .filter(({ topic, client, key, record }) => {
      const name = `${topic}\n${client}\n${key}\n${record.partition}`;
      const before = highest.get(name) ?? -1n;
      if (record.offset > before) highest.set(name, record.offset);
      return record.offset <= before;
    })
    .map(({ messageId }) => messageId);
}
