import { Logger } from '@nestjs/common';
import type { KafkaError, TopicAdmin } from '@bridge/kafka';
import type { DeliveryMode, OutboxRecord, OutboxStore } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { DeadLetterPublisher } from './dead-letter.publisher.js';
import type { Delivery } from './delivery.js';
import { codeOf } from './failure-fields.js';
import type { Isolated } from './isolated.js';
import { outgoingRecord, type Outgoing } from './outgoing.js';
import { HEARTBEAT_LOOK_MS } from './pipeline.js';
import { place } from './placement.js';
import type { Progress } from './progress.js';
import { clusterBackoff } from './retry-policy.js';
import type { SideChoice } from './side-choice.js';
import type { SideDoor } from './side-door.js';
import type { SideTransactions } from './side-transactions.js';
import type { SideVerdicts } from './side-verdicts.js';
import { Signal } from './signal.js';
import type { Part } from './transaction-unit.js';
import type { Transactions } from './transactions.js';

export interface SidePorts {
  readonly store: OutboxStore;
  readonly deliveries: Readonly<Record<DeliveryMode, Delivery>>;
  readonly deadLetters: DeadLetterPublisher;
  /** How dead letters are published. */
  readonly deadLetterMode: DeliveryMode;
  readonly isolated: Isolated;
  readonly transactions: Transactions;
  readonly whole: SideTransactions;
  readonly choice: SideChoice;
  readonly verdicts: SideVerdicts;
  readonly blocks: Blocks;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
  readonly progress: Progress;
}

const IDLE_MS = 1_000;
/** How soon to look again for a retry that is due but has to wait for something else. */
const LOOK_MS = 200;

type Source = 'dead-letters' | 'retries' | 'transactions' | 'isolated' | 'probes';

/**
 * The side pipeline: whatever is suspect, so that nothing healthy waits for it. In turn: dead letters to be
 * published, retries that are due, whole transactions, records that a main pipeline has handed over, and one try
 * of each topic or partition in quarantine. Each batch but those of transactions holds records of one topic, so
 * that a refusal has one meaning.
 */
export class SidePipeline implements SideDoor {
  private readonly logger = new Logger(SidePipeline.name);
  private readonly signal: Signal;
  private readonly turn: Source[] = [
    'dead-letters',
    'retries',
    'transactions',
    'isolated',
    'probes',
  ];
  private failures = 0;
  /** Whether the log has that the database does not answer: once, and not at each try. */
  private isTold = false;
  private heartbeatAt = 0;

  constructor(
    private readonly ports: SidePorts,
    private readonly maxBytes: number,
  ) {
    this.signal = new Signal(ports.clock);
  }

  wake(): void {
    this.signal.notify();
  }

  isolate(rows: readonly OutboxRecord[], alone: boolean): boolean {
    const { isolated } = this.ports;
    if (!isolated.hasRoomFor(rows)) return false;
    isolated.add(rows, alone);
    this.wake();
    return true;
  }

  together(record: OutboxRecord): ReadonlySet<number> {
    return this.ports.transactions.together(record);
  }

  handOver(record: OutboxRecord): boolean {
    const taken = this.ports.transactions.handOver(record);
    this.wake();
    return taken;
  }

  /** An operator has replayed or discarded this record. */
  lookAgain(id: number): void {
    this.ports.isolated.lookAgain(id);
    this.ports.transactions.lookAgain(id);
  }

  /** Other instances may have replayed or discarded anything. */
  lookAgainAtAll(): void {
    this.ports.transactions.lookAgainAtAll();
  }

  /** A failed record of an earlier life of this relay, whose transaction another instance may send. */
  keepFailed(part: Part, transactionId: string): void {
    this.ports.transactions.keepFailed(part, transactionId);
  }

  /** Another instance may have settled something, or told of a record. */
  lookElsewhere(): void {
    this.ports.transactions.lookElsewhere();
    this.wake();
  }

  async judge(
    rows: readonly OutboxRecord[],
    error: KafkaError,
    batch: number | null = null,
  ): Promise<void> {
    await this.orLookAgain(rows, this.ports.verdicts.judge(rows, error, batch));
    this.wake();
  }

  /** Runs until the signal is aborted or the relay stops for good; never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        if (!(await this.step(stop))) await this.rest(stop);
        this.isTold = false;
      } catch (error) {
        const { name } = this.ports.progress;
        const fields = { pipeline: name, code: codeOf(error) };
        if (!this.isTold) this.logger.error(`${name}: ${String(error)}`, fields);
        this.isTold = true;
        this.ports.progress.enter('waiting', 'storage_unavailable');
        await this.backOff(stop);
      }
    }
  }

  /** Does one piece of work; false when there is none. Each source has its turn. */
  private async step(stop: AbortSignal): Promise<boolean> {
    for (let tried = 0; tried < this.turn.length; tried++) {
      const source = this.turn.shift() ?? 'retries';
      this.turn.push(source);
      if (await this.serve(source, stop)) return true;
    }
    const { progress, clock, deliveries } = this.ports;
    progress.advance();
    if (clock.now() >= this.heartbeatAt) {
      this.heartbeatAt = clock.now() + HEARTBEAT_LOOK_MS;
      await deliveries['exactly-once'].heartbeat(stop);
    }
    return false;
  }

  private async serve(source: Source, stop: AbortSignal): Promise<boolean> {
    switch (source) {
      case 'dead-letters':
        return this.publish(stop);
      case 'retries':
        return this.sendSafely(await this.ports.choice.dueRetries(), stop);
      case 'transactions':
        return this.ports.whole.send(stop);
      case 'isolated':
        return this.sendSafely(await this.ports.isolated.next(this.maxBytes), stop);
      case 'probes':
        return this.probe(stop);
      default: {
        const unknown: never = source;
        throw new Error(`no such source: ${String(unknown)}`);
      }
    }
  }

  private async rest(stop: AbortSignal): Promise<void> {
    const { store, blocks, clock, deadLetters, transactions } = this.ports;
    const now = clock.now();
    const nextRetryAt = (await store.nextRetryAt()) ?? Number.POSITIVE_INFINITY;
    const probes = blocks.quarantined().map(({ nextProbeAt }) => nextProbeAt);
    const waits = [nextRetryAt, deadLetters.nextAt, transactions.nextTryAt, ...probes].map(
      (at) => at - now,
    );
    const ahead = waits.filter((ms) => ms > 0);
    const overdue = nextRetryAt <= now ? LOOK_MS : IDLE_MS;
    await this.signal.wait(Math.min(overdue, ...ahead), stop);
  }

  private async publish(stop: AbortSignal): Promise<boolean> {
    const { deadLetters, deadLetterMode, deliveries, progress, verdicts } = this.ports;
    const letters = await deadLetters.next();
    if (letters.length === 0) return false;
    const delivery = deliveries[deadLetterMode];
    if (!(await delivery.ready(stop))) return true;
    progress.enter('delivering');
    const kind = await deadLetters.publish(letters, delivery, stop);
    if (kind === 'delivered') verdicts.meet(deadLetters.topic);
    else verdicts.forgetTopics();
    return true;
  }

  private async probe(stop: AbortSignal): Promise<boolean> {
    const { blocks, clock, choice } = this.ports;
    const now = clock.now();
    const quarantine = blocks.quarantined().find(({ nextProbeAt }) => nextProbeAt <= now);
    if (quarantine === undefined) return false;
    quarantine.nextProbeAt = now + clusterBackoff(quarantine.failures++, clock.random());
    const { rows, whole } = await choice.waitingFor(quarantine);
    if (rows.length > 0) {
      // Now they are the side's: no main pipeline takes them any more, whichever partition it would choose.
      return this.isolate(rows, false) ? this.sendSafely(rows, stop) : false;
    }
    // Nobody waits for it: the next record that comes finds out whether it is well.
    if (whole) blocks.lift(quarantine.topic, quarantine.partition);
    return true;
  }

  private sendSafely(rows: readonly OutboxRecord[], stop: AbortSignal): Promise<boolean> {
    return this.orLookAgain(rows, this.send(rows, stop));
  }

  /**
   * When the database fails, it may have done all the same what it did not confirm. The records stay on the side,
   * and the next look at each of them tells what has become of it.
   */
  private async orLookAgain<T>(rows: readonly OutboxRecord[], work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (failure) {
      this.ports.isolated.add(rows, true);
      this.wake();
      throw failure;
    }
  }

  /** Sends records of one topic and one mode. False when there are none. */
  private async send(rows: readonly OutboxRecord[], stop: AbortSignal): Promise<boolean> {
    const [first] = rows;
    if (first === undefined) return false;
    const { deliveries, progress, topics, clock } = this.ports;
    const delivery = deliveries[first.delivery];
    if (!(await delivery.ready(stop))) return true;
    progress.enter('delivering');
    const batch: Outgoing[] = [];
    for (const row of rows) {
      const placement = await place(row, topics, clock);
      if ('partition' in placement) {
        batch.push(outgoingRecord(row, placement.partition));
        continue;
      }
      await this.notPlaced(placement.error, row, rows, stop);
      return true;
    }
    await this.deliver(delivery, rows, batch, stop);
    return true;
  }

  /** The record cannot be placed for itself, or none of them can because of their topic or the cluster. */
  private async notPlaced(
    error: KafkaError,
    row: OutboxRecord,
    rows: readonly OutboxRecord[],
    stop: AbortSignal,
  ): Promise<void> {
    const { progress, verdicts } = this.ports;
    if (error.scope === 'cluster') {
      progress.enter('waiting', error.code);
      await this.backOff(stop);
      return;
    }
    await verdicts.judge(error.scope === 'record' ? [row] : rows, error, null);
  }

  private async deliver(
    delivery: Delivery,
    rows: readonly OutboxRecord[],
    batch: readonly Outgoing[],
    stop: AbortSignal,
  ): Promise<void> {
    const { blocks, verdicts, progress } = this.ports;
    const outcome = await delivery.deliver('records', batch, stop);
    switch (outcome.kind) {
      case 'delivered':
        this.failures = 0;
        verdicts.delivered(rows);
        for (const { topic, partition } of batch) {
          verdicts.meet(topic);
          blocks.lift(topic, partition);
        }
        return;
      case 'stopped':
        return;
      case 'failed':
        verdicts.forgetTopics();
        progress.enter('waiting', outcome.error.code);
        await this.backOff(stop);
        return;
      case 'refused':
        await verdicts.refused(rows, outcome.refusals, outcome.delivered);
        return;
      default: {
        const unknown: never = outcome;
        throw new Error(`no such outcome: ${JSON.stringify(unknown)}`);
      }
    }
  }

  private async backOff(stop: AbortSignal): Promise<void> {
    const { clock } = this.ports;
    await clock.sleep(clusterBackoff(this.failures++, clock.random()), stop);
  }
}
