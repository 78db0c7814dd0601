import { Logger } from '@nestjs/common';
import { KafkaError, partitionFor, type TopicAdmin } from '@bridge/kafka';
import type { DeadLetter, OutboxStore } from '@bridge/outbox';
import type { Clock } from './clock.js';
import type { Delivery, Outcome } from './delivery.js';
import { outgoingDeadLetter } from './outgoing.js';
import { clusterBackoff } from './retry-policy.js';

const BATCH_RECORDS = 100;
const LOOKUP_MS = 2_000;
/** The dead letter topic must take what other topics refuse as too large. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Publishes dead letters to the dead letter topic, exactly once: each batch is a ledger batch of its own.
 * What cannot be published waits in the outbox, where it is whole anyway.
 */
export class DeadLetterPublisher {
  private readonly logger = new Logger(DeadLetterPublisher.name);
  private holdUntil = 0;
  private failures = 0;
  private batchRecords = BATCH_RECORDS;
  /** Dead letters whose value the dead letter topic has refused as well. Cleared when published. */
  private readonly withoutValue = new Set<number>();

  constructor(
    readonly topic: string,
    private readonly maxBytes: number,
    private readonly store: OutboxStore,
    private readonly topics: TopicAdmin,
    private readonly clock: Clock,
  ) {}

  /** When there is something to do again after a failure; epoch milliseconds. */
  get nextAt(): number {
    return this.holdUntil;
  }

  async next(): Promise<readonly DeadLetter[]> {
    if (this.clock.now() < this.holdUntil) return [];
    return this.store.unpublishedDeadLetters(this.batchRecords, this.maxBytes);
  }

  /** Sends them. The outcome is told so that the pipeline can stop; failures are kept here. */
  async publish(
    letters: readonly DeadLetter[],
    delivery: Delivery,
    stop: AbortSignal,
  ): Promise<Outcome['kind']> {
    const count = await this.partitions();
    if (count === null || count === 0) {
      this.holdOff(this.topics.refusalOf(this.topic)?.code ?? 'unknown_topic');
      return 'failed';
    }
    const batch = letters.map((letter) =>
      outgoingDeadLetter(
        letter,
        this.topic,
        partitionFor(letter.key, count, this.clock.random()),
        !this.withoutValue.has(letter.id),
      ),
    );
    const outcome = await delivery.deliver('dead-letters', batch, stop);
    if (outcome.kind === 'delivered') {
      this.failures = 0;
      this.batchRecords = BATCH_RECORDS;
      for (const { id } of letters) this.withoutValue.delete(id);
    }
    if (outcome.kind === 'failed') this.holdOff(outcome.error.code);
    if (outcome.kind === 'refused') this.refused(outcome.refusals[0]?.error, letters);
    return outcome.kind;
  }

  private refused(error: KafkaError | undefined, letters: readonly DeadLetter[]): void {
    const [only] = letters;
    if (error?.scope !== 'record' || only === undefined) {
      this.topics.forget(this.topic);
      this.holdOff(error?.code ?? 'kafka_unavailable');
    } else if (letters.length > 1) {
      this.batchRecords = 1;
    } else if (this.withoutValue.has(only.id)) {
      this.holdOff(error.code);
    } else {
      this.withoutValue.add(only.id);
    }
  }

  private holdOff(code: string): void {
    if (this.failures === 0) {
      this.logger.warn(`dead letters wait: ${this.topic} does not take them`, { code });
    }
    this.holdUntil = this.clock.now() + clusterBackoff(this.failures++, this.clock.random());
  }

  /** The partition count; makes the topic when the cluster does not have it. */
  private async partitions(): Promise<number | null> {
    const count = await this.topics.lookupPartitions(this.topic, LOOKUP_MS);
    if (count !== 0) return count;
    try {
      const { brokers } = await this.topics.cluster();
      const replicationFactor = Math.min(3, brokers.length);
      await this.topics.create({
        topic: this.topic,
        partitions: 3,
        replicationFactor,
        config: {
          'min.insync.replicas': String(Math.min(2, replicationFactor)),
          'max.message.bytes': String(MAX_MESSAGE_BYTES),
        },
      });
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      if (this.failures === 0) {
        this.logger.warn(`cannot make ${this.topic}: ${error.message}`, { code: error.code });
      }
      if (error.code !== 'topic_exists') return null;
    }
    return this.topics.lookupPartitions(this.topic, LOOKUP_MS);
  }
}
