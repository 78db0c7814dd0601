import { KafkaError, partitionFor, type TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Clock } from './clock.js';

/** How long the relay asks the cluster for a topic that it does not know yet. */
const LOOKUP_MS = 2_000;

export type Placement =
  | { readonly partition: number }
  /** The record cannot be sent now, for this reason. */
  | { readonly error: KafkaError };

/**
 * Where a record goes. The partition was stored when the record was accepted, or is chosen now and stored with
 * the batch: a choice made again later could differ, and a key would be in two places.
 */
export async function place(
  record: OutboxRecord,
  topics: Pick<TopicAdmin, 'lookupPartitions' | 'refusalOf'>,
  clock: Pick<Clock, 'random'>,
): Promise<Placement> {
  const { topic, key, requestedPartition } = record;
  const count = await topics.lookupPartitions(topic, LOOKUP_MS);
  if (count === null) {
    const refusal = topics.refusalOf(topic);
    if (refusal !== null) return { error: refusal };
    const facts = { scope: 'cluster', retryable: true, outcome: 'not-written' } as const;
    const text = `the cluster did not say how many partitions ${topic} has`;
    return { error: new KafkaError({ code: 'kafka_unavailable', ...facts }, text) };
  }
  if (count === 0) {
    const facts = { scope: 'topic', retryable: true, outcome: 'not-written' } as const;
    return {
      error: new KafkaError({ code: 'unknown_topic', ...facts }, `${topic} does not exist`),
    };
  }
  if (requestedPartition !== null && requestedPartition >= count) {
    const facts = { scope: 'record', retryable: false, outcome: 'not-written' } as const;
    const text = `${topic} has ${count} partitions, ${requestedPartition} was demanded`;
    return { error: new KafkaError({ code: 'invalid_partition', ...facts }, text) };
  }
  const stored = requestedPartition ?? record.partition;
  // A stored choice beyond the count is of a topic that was deleted and made again with fewer partitions.
  const usable = stored !== null && stored < count;
  return { partition: usable ? stored : partitionFor(key, count, clock.random()) };
}
