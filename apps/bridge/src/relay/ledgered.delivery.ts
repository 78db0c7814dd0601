import { Logger } from '@nestjs/common';
import { KafkaError, type TopicAdmin, type TransactionalProducer } from '@bridge/kafka';
import { OutboxError, type BatchKind } from '@bridge/outbox';
import {
  announce,
  byPartition,
  Delivery,
  failureOf,
  refusalsOf,
  type Outcome,
  type Refusal,
} from './delivery.js';
import { codeOf } from './failure-fields.js';
import { contentBytes, type Outgoing } from './outgoing.js';
import type { Progress } from './progress.js';
import type { PipelineIdentity } from './pipeline-identity.js';
import { recover, type RecoveryPorts } from './recovery.js';
import type { RelayMeter } from './relay-meter.js';
import type { StopCode } from './relay-status.js';
import { clusterBackoff } from './retry-policy.js';
import type { Settlements } from './settlements.js';
import type { BatchSpan, Tracing } from '../tracing/index.js';

export interface LedgeredPorts extends RecoveryPorts {
  readonly topics: TopicAdmin;
  readonly settlements: Settlements;
  readonly meter: RelayMeter;
  /** Makes the ledger topic; called once before the first fence. */
  readonly prepareLedger: () => Promise<void>;
  /** Stops the whole relay: what one pipeline found is true for the database or for the cluster. */
  readonly stopForGood: (code: StopCode, pipeline: string) => void;
  /** Absent: nobody collects traces. */
  readonly tracing?: Tracing;
  /** Another instance has the slot: this relay has nothing to do any more, and must not fence its successor. */
  readonly leaseLost: () => void;
}

/** Kafka forgets the number of an idle pipeline after 7 days; renewing it daily leaves six days of outage. */
const HEARTBEAT_MS = 24 * 3_600_000;

/** How one try to send a batch ended, before the ledger was asked. */
type Try =
  | { readonly kind: 'committed' }
  | { readonly kind: 'refused'; readonly refusals: Refusal[]; readonly othersTaken: boolean }
  /** `number`: of the batch that was opened, null when not even that is known. */
  | { readonly kind: 'doubt'; readonly error: unknown; readonly number: number | null };

/**
 * Exactly once: the batch's number and its records are one Kafka transaction (docs/adr/0001-batch-ledger.md).
 * One batch in flight; after any error the producer is thrown away, and the ledger decides.
 */
export class LedgeredDelivery extends Delivery {
  private readonly logger = new Logger(LedgeredDelivery.name);
  private producer: TransactionalProducer | null = null;
  /** The last batch that was opened here: the database gives a lower number only when it was put back in time. */
  private lastNumber = 0;
  /** Of the batch in flight, where it is traced. */
  private span: BatchSpan | null = null;

  constructor(
    private readonly identity: PipelineIdentity,
    private readonly ports: LedgeredPorts,
    private readonly progress: Progress,
  ) {
    super();
  }

  async ready(stop: AbortSignal): Promise<boolean> {
    return this.producer !== null || (await this.recoverUntilReady(stop)) !== 'stopped';
  }

  async deliver(kind: BatchKind, batch: readonly Outgoing[], stop: AbortSignal): Promise<Outcome> {
    this.span = this.ports.tracing?.batch(this.identity.name, batch) ?? null;
    const outcome = await this.deliverBatch(kind, batch, stop);
    this.span?.end(failureOf(outcome));
    this.span = null;
    return outcome;
  }

  private async deliverBatch(
    kind: BatchKind,
    batch: readonly Outgoing[],
    stop: AbortSignal,
  ): Promise<Outcome> {
    const attempt = await this.attempt(kind, batch);
    if (attempt.kind === 'committed') {
      this.progress.advance();
      return { kind: 'delivered' };
    }
    this.discard();
    if (attempt.kind === 'doubt' && this.isLeaseLost(attempt.error)) return { kind: 'stopped' };
    const number = attempt.kind === 'doubt' ? attempt.number : null;
    const found = await this.recoverUntilReady(stop, number);
    if (found === 'stopped') return { kind: 'stopped' };
    if (found === 'committed') return { kind: 'delivered' };
    if (attempt.kind === 'refused') {
      const { refusals, othersTaken } = attempt;
      return { kind: 'refused', refusals, othersTaken, delivered: new Set() };
    }
    return { kind: 'failed', error: asKafkaError(attempt.error) };
  }

  async heartbeat(stop: AbortSignal): Promise<void> {
    const { store, clock } = this.ports;
    const { name } = this.identity;
    const { committedNumber, openBatch, ledgerAt } = await store.pipeline(name);
    if (committedNumber === 0 || openBatch !== null) return;
    if (ledgerAt !== null && clock.now() - ledgerAt < HEARTBEAT_MS) return;
    if (!(await this.ready(stop))) return;
    try {
      await this.renewLedger(committedNumber);
    } catch (error) {
      this.logger.warn(`${name}: the heartbeat failed, the ledger is asked: ${String(error)}`, {
        pipeline: name,
        code: codeOf(error),
      });
      this.discard();
      await this.ready(stop);
    }
  }

  async close(): Promise<void> {
    await this.producer?.close();
    this.producer = null;
  }

  /** Never rejects: an error here means that the ledger must be asked, whatever the error is. */
  private async attempt(kind: BatchKind, batch: readonly Outgoing[]): Promise<Try> {
    const { store, settlements, topics, meter } = this.ports;
    const { name, slot } = this.identity;
    let number: number | null = null;
    try {
      const { producer } = this;
      if (producer === null) throw new Error('The pipeline is not ready to send.');
      const entries = batch.map(({ id, topic, partition }) => ({ id, topic, partition }));
      const opened = await meter.time('open', () => store.openBatch(name, kind, entries));
      number = opened;
      if (opened <= this.lastNumber) throw new Error(`${name} was put back to batch ${opened}.`);
      this.lastNumber = opened;
      this.span?.numbered(opened);
      this.span?.enter('kafka transaction');
      const { requests, rows } = byPartition(batch, topics);
      const entry = { number: opened, token: store.incarnation };
      const result = await meter.time('append', () => producer.append(slot, entry, requests));
      if (!result.complete) {
        const refusals = refusalsOf(result.failures, requests, rows, number);
        return { kind: 'refused', refusals, othersTaken: refusals.length < requests.length };
      }
      // A crash between the commit and its row in the database must not lose the offsets of the answer.
      await store.noteOffsets(name, opened, result.offsets);
      await meter.time('commit', () => producer.commit());
      this.span?.enter('settle');
      announce(settlements, await meter.time('settle', () => store.closeBatch(name, opened)));
      meter.batchSent(kind, batch.length, contentBytes(batch));
      return { kind: 'committed' };
    } catch (error) {
      return { kind: 'doubt', error, number };
    }
  }

  /** Commits the number that the ledger holds already, so that Kafka counts its days anew. */
  private async renewLedger(committedNumber: number): Promise<void> {
    if (this.producer === null) throw new Error('The pipeline is not ready to send.');
    const { store } = this.ports;
    const entry = { number: committedNumber, token: store.incarnation };
    await this.producer.append(this.identity.slot, entry, []);
    await this.producer.commit();
    await store.noteLedger(this.identity.name);
  }

  private discard(): void {
    if (this.producer === null) return;
    this.ports.meter.producerRestarted();
    this.producer.discard();
    this.producer = null;
  }

  /**
   * Asks until Kafka answers; an outage may last a weekend.
   * @param number of the batch in doubt, where there is one
   */
  private async recoverUntilReady(
    stop: AbortSignal,
    number: number | null = null,
  ): Promise<'ready' | 'committed' | 'stopped'> {
    const { clock } = this.ports;
    for (let failures = 0; !stop.aborted; failures++) {
      this.progress.enter('recovering');
      try {
        return await this.recoverOnce(number);
      } catch (error) {
        this.discard();
        if (this.isLeaseLost(error)) break;
        const { code, message } = error instanceof OutboxError ? error : asKafkaError(error);
        this.progress.enter('waiting', code, message);
        const what = error instanceof OutboxError ? 'its database' : 'Kafka';
        if (failures === 0) {
          const { name } = this.identity;
          const fields = { pipeline: name, code, ...(number === null ? {} : { batch: number }) };
          this.logger.warn(`${name} waits for ${what}: ${message}`, fields);
        }
        await clock.sleep(clusterBackoff(failures, clock.random()), stop);
      }
    }
    return 'stopped';
  }

  private isLeaseLost(error: unknown): boolean {
    const isLost = error instanceof OutboxError && error.code === 'lease_lost';
    if (isLost) this.ports.leaseLost();
    return isLost;
  }

  private async recoverOnce(number: number | null): Promise<'ready' | 'committed' | 'stopped'> {
    const { store, settlements, prepareLedger, stopForGood } = this.ports;
    const { name } = this.identity;
    await prepareLedger();
    const recovered = await recover(this.ports, this.identity);
    if (!recovered.ready) {
      this.progress.stop(recovered.code);
      stopForGood(recovered.code, name);
      return 'stopped';
    }
    this.producer = recovered.producer;
    announce(settlements, recovered.acknowledgements);
    if (recovered.expired) {
      this.logger.warn(`${name}: Kafka had let the ledger's number expire; it is put back`, {
        pipeline: name,
      });
      const { committedNumber } = await store.pipeline(name);
      await this.renewLedger(committedNumber);
    }
    this.progress.advance();
    // The database may have closed the batch and lost the answer: then nothing is open, and all of it is sent.
    const isClosed = number !== null && recovered.committedNumber === number;
    return recovered.openBatch === 'committed' || isClosed ? 'committed' : 'ready';
  }
}

function asKafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KafkaError(
    { code: 'kafka_unavailable', scope: 'cluster', retryable: true, outcome: 'unknown' },
    message,
    error,
  );
}
