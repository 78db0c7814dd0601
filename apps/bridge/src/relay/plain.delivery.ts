import { KafkaError, type PlainProducer, type TopicAdmin } from '@bridge/kafka';
import type { Acknowledgement, BatchKind, OutboxStore } from '@bridge/outbox';
import type { BatchSpan, Tracing } from '../tracing/index.js';
import {
  announce,
  byPartition,
  Delivery,
  failureOf,
  refusalsOf,
  type Outcome,
} from './delivery.js';
import { codeOf } from './failure-fields.js';
import { contentBytes, type Outgoing } from './outgoing.js';
import type { Progress } from './progress.js';
import type { RelayMeter } from './relay-meter.js';
import type { Settlements } from './settlements.js';

/**
 * At-least-once: acks=all, no transaction, no ledger. What Kafka has acknowledged is settled, the rest is sent
 * again, so a lost answer is a second copy. One request in flight a partition keeps the order.
 */
export class PlainDelivery extends Delivery {
  constructor(
    private readonly store: OutboxStore,
    private readonly producer: PlainProducer,
    private readonly topics: TopicAdmin,
    private readonly settlements: Settlements,
    private readonly progress: Progress,
    private readonly meter: RelayMeter,
    /** Null: nobody collects traces. */
    private readonly tracing: Tracing | null = null,
  ) {
    super();
  }

  ready(stop: AbortSignal): Promise<boolean> {
    return Promise.resolve(!stop.aborted);
  }

  async deliver(kind: BatchKind, batch: readonly Outgoing[]): Promise<Outcome> {
    const span = this.tracing?.batch(this.progress.name, batch) ?? null;
    const outcome = await this.deliverBatch(kind, batch, span).catch((error: unknown) => {
      span?.end(codeOf(error));
      throw error;
    });
    span?.end(failureOf(outcome));
    return outcome;
  }

  private async deliverBatch(
    kind: BatchKind,
    batch: readonly Outgoing[],
    span: BatchSpan | null,
  ): Promise<Outcome> {
    const { requests, rows } = byPartition(batch, this.topics);
    let result;
    span?.enter('kafka append');
    try {
      result = await this.meter.time('append', () => this.producer.append(requests));
    } catch (error) {
      if (error instanceof KafkaError) return { kind: 'failed', error };
      throw error;
    }
    const acknowledgements: Acknowledgement[] = [];
    for (const { topic, partition, offsets } of result.offsets) {
      const index = requests.findIndex((o) => o.topic === topic && o.partition === partition);
      offsets.forEach((offset, position) => {
        const row = rows[index]?.[position];
        if (row !== undefined) acknowledgements.push({ id: row.id, partition, offset });
      });
    }
    span?.enter('settle');
    await this.settle(kind, acknowledgements);
    if (result.complete) {
      this.meter.batchSent(kind, batch.length, contentBytes(batch));
      return { kind: 'delivered' };
    }
    const refusals = refusalsOf(result.failures, requests, rows, null);
    const othersTaken = refusals.length < requests.length;
    const delivered = new Set(acknowledgements.map(({ id }) => id));
    return { kind: 'refused', refusals, othersTaken, delivered };
  }

  async heartbeat(): Promise<void> {
    // There is no ledger to keep alive.
  }

  /** The producer belongs to the Kafka module, which closes it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async settle(kind: BatchKind, acknowledgements: Acknowledgement[]): Promise<void> {
    if (acknowledgements.length === 0) return;
    this.progress.advance();
    if (kind === 'dead-letters') {
      await this.store.notePublished(acknowledgements.map(({ id }) => id));
      return;
    }
    await this.meter.time('settle', () => this.store.settle(acknowledgements));
    announce(this.settlements, acknowledgements);
  }
}
