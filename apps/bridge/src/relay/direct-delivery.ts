import { Injectable } from '@nestjs/common';
import { KafkaError, partitionFor, PlainProducer, TopicAdmin } from '@bridge/kafka';
import type { NewRecord } from '@bridge/outbox';

const LOOKUP_MS = 2_000;

/** Delivery without an outbox (`ENABLE_OUTBOX=false`): nothing is stored, a failed send is the caller's to repeat. */
export abstract class DirectDelivery {
  /** @throws KafkaError; nothing is kept. */
  abstract deliver(record: NewRecord): Promise<{ partition: number; offset: string }>;
}

@Injectable()
export class KafkaDirectDelivery extends DirectDelivery {
  constructor(
    private readonly producer: PlainProducer,
    private readonly topics: TopicAdmin,
  ) {
    super();
  }

  async deliver(record: NewRecord): Promise<{ partition: number; offset: string }> {
    const { topic } = record;
    const partition = await this.partitionOf(record);
    const { key, value, headers } = record;
    const timestamp = record.timestamp ?? Date.now();
    const maxBytes = this.topics.cachedMaxBytes(topic);
    const result = await this.producer.append([
      { topic, partition, maxBytes, records: [{ key, value, headers, timestamp }] },
    ]);
    if (!result.complete) throw result.failures[0]?.error ?? unavailable(topic);
    const offset = result.offsets[0]?.offsets[0];
    if (offset === undefined) throw unavailable(topic);
    return { partition, offset };
  }

  private async partitionOf(record: NewRecord): Promise<number> {
    const chosen = record.requestedPartition ?? record.partition;
    if (chosen !== null) return chosen;
    const count = await this.topics.lookupPartitions(record.topic, LOOKUP_MS);
    if (count === null || count === 0) {
      throw this.topics.refusalOf(record.topic) ?? unavailable(record.topic);
    }
    return partitionFor(record.key, count);
  }
}

function unavailable(topic: string): KafkaError {
  return new KafkaError(
    { code: 'kafka_unavailable', scope: 'cluster', retryable: true, outcome: 'unknown' },
    `${topic} cannot be written now`,
  );
}
