import {
  KafkaError,
  type AppendResult,
  type PartitionFailure,
  type PartitionOffsets,
  type PartitionRecords,
  type ProducerRecord,
} from '@bridge/kafka';
import { slices } from '../../../libs/kafka/src/slices.js';
import { DEADLINES } from '../../../libs/kafka/src/kafkajs-client.js';
import { toKafkaError } from '../../../libs/kafka/src/kafkajs-error.js';
import type { VirtualClock } from '../world/virtual-clock.js';
import { within } from './deadline.js';

/** Sends one request for one partition. Resolves with its base offset, or null: "success" without an answer. */
export type SendOne = (
  at: { readonly topic: string; readonly partition: number },
  records: readonly ProducerRecord[],
) => Promise<number | null>;

/** As the adapters append: partitions side by side, one request in flight a partition, no retries. */
export async function appendAll(
  clock: VirtualClock,
  send: SendOne,
  batch: readonly PartitionRecords[],
): Promise<AppendResult> {
  const outcomes = await Promise.all(batch.map((one) => appendPartition(clock, send, one)));
  const offsets = outcomes
    .map(({ appended }) => appended)
    .filter((appended) => appended.offsets.length > 0);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  return failures.length > 0 ? { complete: false, offsets, failures } : { complete: true, offsets };
}

async function appendPartition(
  clock: VirtualClock,
  send: SendOne,
  { topic, partition, records, maxBytes }: PartitionRecords,
): Promise<{ appended: PartitionOffsets; failure: PartitionFailure | null }> {
  const offsets: string[] = [];
  const what = `append to ${topic}-${partition}`;
  for (const { from, to } of slices(records, maxBytes)) {
    try {
      const sending = send({ topic, partition }, records.slice(from, to));
      const base = await within(clock, DEADLINES.call, what, sending);
      if (base === null) throw incomplete(what);
      for (let position = from; position < to; position++) {
        offsets.push(String(base + position - from));
      }
    } catch (error) {
      const positions = Array.from({ length: to - from }, (_, index) => from + index);
      const failure = { topic, partition, positions, error: toKafkaError(error, what) };
      return { appended: { topic, partition, offsets }, failure };
    }
  }
  return { appended: { topic, partition, offsets }, failure: null };
}

function incomplete(what: string): KafkaError {
  return new KafkaError(
    { code: 'incomplete_answer', scope: 'partition', retryable: true, outcome: 'unknown' },
    `the answer of ${what} does not hold its offset`,
  );
}
