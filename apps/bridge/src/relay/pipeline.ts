import { Logger } from '@nestjs/common';
import type { KafkaError, TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Delivery, Refusal } from './delivery.js';
import type { Feed } from './feed.js';
import { outgoingRecord, type Outgoing } from './outgoing.js';
import { place } from './placement.js';
import type { Progress } from './progress.js';
import { clusterBackoff } from './retry-policy.js';
import { Signal } from './signal.js';
import { tooLarge, withEarlier } from './suspects.js';

export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** Milliseconds that a batch which is not full waits for more. */
  readonly lingerMs: number;
}

/** Where a main pipeline hands over what is not well. */
export interface SideDoor {
  /**
   * Takes the records over: each alone, or those of a topic together.
   * False when the side is full: then nothing was taken.
   */
  isolate(rows: readonly OutboxRecord[], alone: boolean): boolean;
  /** These were refused, each for itself and all for the same reason: retry, or dead letter. */
  judge(rows: readonly OutboxRecord[], error: KafkaError): Promise<void>;
}

export interface PipelinePorts {
  readonly delivery: Delivery;
  readonly feed: Feed;
  readonly blocks: Blocks;
  readonly side: SideDoor;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** The rows of a batch, and the same as Kafka gets them. */
interface Selection {
  readonly rows: readonly OutboxRecord[];
  readonly batch: readonly Outgoing[];
}

/** Nothing is lost when a wake-up is: the loop looks by itself this often. */
const IDLE_MS = 1_000;
/**
 * Callers who were answered by one batch post again a moment later. Without a short wait for them, the next batch
 * is a small one of those who were quick, and the callers split into two groups that take turns: waiting gives
 * 1.6 times the rate with 32 callers and 1.4 times with 128, and nothing is waited for a single one (measured).
 */
const GATHER_MS = 5;
const GATHER_STEP_MS = 1;

/** An idle pipeline looks this often whether its ledger's number grows old. */
export const HEARTBEAT_LOOK_MS = 3_600_000;

/**
 * A main pipeline: everything that is well, in the order of acceptance, one batch in flight.
 * What Kafka refuses, and what a sick partition holds up, leaves for the side pipeline, so that nobody else
 * waits for it.
 */
export class Pipeline {
  private readonly logger = new Logger(Pipeline.name);
  private readonly signal: Signal;
  private failures = 0;
  /** The one partition that failed alone in the last batch: a second time in a row it is the culprit. */
  private suspect: string | null = null;
  private heartbeatAt = 0;
  /** How many records the next batch can be expected to hold, from the last one and what waited beside it. */
  private expected = 0;

  constructor(
    readonly name: string,
    private readonly ports: PipelinePorts,
    private readonly limits: BatchLimits,
    /** False: do not trouble Kafka before there is work (a mode that nobody uses). */
    private readonly eager: boolean,
  ) {
    this.signal = new Signal(ports.clock);
  }

  wake(): void {
    this.signal.notify();
  }

  /** Runs until the signal is aborted or the relay stops for good; never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        if (!this.eager && !this.ports.feed.hasWork) {
          await this.signal.wait(IDLE_MS, stop);
          continue;
        }
        if (!(await this.ports.delivery.ready(stop))) return;
        await this.step(stop);
      } catch (error) {
        // The database did not answer. Nothing was changed, and the same is tried again.
        this.logger.error(`${this.name}: ${String(error)}`);
        this.ports.progress.enter('waiting', 'storage_unavailable');
        await this.backOff(stop);
      }
    }
  }

  private async step(stop: AbortSignal): Promise<void> {
    const { feed, progress, clock, delivery } = this.ports;
    if (!feed.hasWork) {
      progress.advance();
      if (clock.now() >= this.heartbeatAt) {
        this.heartbeatAt = clock.now() + HEARTBEAT_LOOK_MS;
        await delivery.heartbeat(stop);
      }
      await this.signal.wait(IDLE_MS, stop);
      if (this.limits.lingerMs > 0) await clock.sleep(this.limits.lingerMs, stop);
      return;
    }
    await this.gather(stop);
    const taken = await feed.take(this.limits.maxRecords, this.limits.maxBytes);
    try {
      await this.deliver(taken, stop);
    } catch (error) {
      // What was taken is nowhere but in the database now.
      const [first] = taken;
      if (first !== undefined) feed.rewind(first.id);
      throw error;
    }
  }

  private async deliver(taken: readonly OutboxRecord[], stop: AbortSignal): Promise<void> {
    const { feed, progress, delivery, blocks } = this.ports;
    const { rows, batch } = this.lastLook(await this.select(taken));
    if (batch.length === 0) return;
    progress.enter('delivering');
    blocks.inFlight.depart(batch);
    const sending = delivery.deliver('records', batch, stop);
    const outcome = await sending.finally(() => blocks.inFlight.arrive(batch));
    switch (outcome.kind) {
      case 'delivered':
        this.failures = 0;
        this.suspect = null;
        this.expected = Math.min(this.limits.maxRecords, batch.length + feed.ready);
        return;
      case 'stopped':
        return;
      case 'failed':
        feed.putBack(rows);
        progress.enter('waiting', outcome.error.code);
        await this.backOff(stop);
        return;
      case 'refused': {
        const left = rows.filter(({ id }) => !outcome.delivered.has(id));
        const { gone, waiting } = await this.sortOut(outcome.refusals, outcome.othersTaken, left);
        feed.putBack(left.filter(({ id }) => !gone.has(id)));
        if (waiting === null) this.failures = 0;
        else {
          progress.enter('waiting', waiting);
          await this.backOff(stop);
        }
        return;
      }
      default: {
        const unknown: never = outcome;
        throw new Error(`no such outcome: ${JSON.stringify(unknown)}`);
      }
    }
  }

  /** Waits a moment for the records that are about to come. Not for a backlog: that is there already. */
  private async gather(stop: AbortSignal): Promise<void> {
    const { feed, clock } = this.ports;
    const until = clock.now() + GATHER_MS;
    while (!feed.behind && feed.ready < this.expected && clock.now() < until && !stop.aborted) {
      await clock.sleep(GATHER_STEP_MS, stop);
    }
    this.expected = 0;
  }

  /**
   * Choosing takes time, in which blocks may have come and gone. Nothing is awaited between this and the moment
   * at which the batch is known to be in flight.
   */
  private lastLook({ rows, batch }: Selection): Selection {
    const { feed, blocks } = this.ports;
    if (feed.goesBack) {
      // A block has ended, so a record that was passed over comes before these: all are read again, in order.
      feed.putBack(rows);
      return { rows: [], batch: [] };
    }
    const free = rows.map((row, index) => {
      return !feed.isGone(row.id) && !blocks.passOver(row, batch[index]?.partition ?? null);
    });
    return {
      rows: rows.filter((_, index) => free[index]),
      batch: batch.filter((_, index) => free[index]),
    };
  }

  /** Leaves out who must wait, and chooses the partitions that are not chosen yet. */
  private async select(taken: readonly OutboxRecord[]): Promise<Selection> {
    const { blocks, topics, side, clock } = this.ports;
    const rows: OutboxRecord[] = [];
    const batch: Outgoing[] = [];
    const refused = new Map<
      string,
      { readonly error: KafkaError; readonly alike: OutboxRecord[] }
    >();
    for (const record of taken) {
      if (blocks.passOver(record, record.partition)) continue;
      const placement = await place(record, topics, clock);
      if ('partition' in placement) {
        if (blocks.passOver(record, placement.partition)) continue;
        rows.push(record);
        batch.push(outgoingRecord(record, placement.partition));
        continue;
      }
      const { error } = placement;
      if (error.scope === 'record') {
        const same = refused.get(error.message) ?? { error, alike: [] };
        same.alike.push(record);
        refused.set(error.message, same);
        continue;
      }
      // The whole topic is missing, or cannot be asked for: its records wait apart from the others.
      blocks.quarantine(record.topic, null, error.code, clock.now(), 0);
      blocks.passOver(record, null);
    }
    // A verdict is a commit, and everybody else waits for it: one for all that have the same fault.
    for (const { error, alike } of refused.values()) await side.judge(alike, error);
    return { rows, batch };
  }

  /** Sends away what was refused: the ids that are no longer this pipeline's, and why it must wait, if it must. */
  private async sortOut(
    refusals: readonly Refusal[],
    othersTaken: boolean,
    rows: readonly OutboxRecord[],
  ): Promise<{ gone: Set<number>; waiting: string | null }> {
    const { blocks } = this.ports;
    const gone = new Set<number>();
    let waiting: string | null = null;
    for (const refusal of refusals) {
      const { topic, partition, error } = refusal;
      const left = rows.filter(({ id }) => !gone.has(id));
      const ids = new Set(refusal.rows.map(({ id }) => id));
      const held = left.filter(({ id }) => ids.has(id));
      const away = await this.sendAway(refusal, held, left, {
        othersTaken,
        alone: refusals.length === 1,
      });
      for (const { id } of away) gone.add(id);
      const waits = away.length === 0 && held.length > 0;
      if (waits && blocks.quarantineOf(topic, partition) === undefined) waiting = error.code;
    }
    return { gone, waiting };
  }

  /** @returns the records that are no longer this pipeline's: none, or those that were held and others with them. */
  private async sendAway(
    { topic, partition, error }: Refusal,
    held: readonly OutboxRecord[],
    left: readonly OutboxRecord[],
    { othersTaken, alone }: { readonly othersTaken: boolean; readonly alone: boolean },
  ): Promise<readonly OutboxRecord[]> {
    const { blocks, side, topics, clock } = this.ports;
    switch (error.scope) {
      case 'record': {
        const limit = error.code === 'message_too_large' ? topics.cachedMaxBytes(topic) : null;
        topics.forget(topic);
        const suspects = [...new Set([...held, ...tooLarge(left, topic, limit)])];
        if (suspects.length > 1) return this.isolate(withEarlier(suspects, left), true);
        await side.judge(held, error);
        return held;
      }
      case 'topic':
        topics.forget(topic);
        blocks.quarantine(topic, null, error.code, clock.now(), 0);
        return this.isolate(withEarlier(held, left), false);
      case 'partition':
      case 'cluster': {
        const name = `${topic}-${partition}`;
        const again = this.suspect === name && alone;
        this.suspect = alone ? name : null;
        if (othersTaken || again) {
          const pause = clusterBackoff(0, clock.random());
          blocks.quarantine(topic, partition, error.code, clock.now(), pause);
          this.logger.warn(`${name} is left to the side pipeline: ${error.code}`);
        }
        return [];
      }
      default: {
        const unknown: never = error.scope;
        throw new Error(`no such scope: ${String(unknown)}`);
      }
    }
  }

  private isolate(rows: readonly OutboxRecord[], alone: boolean): readonly OutboxRecord[] {
    return this.ports.side.isolate(rows, alone) ? rows : [];
  }

  private async backOff(stop: AbortSignal): Promise<void> {
    const { clock } = this.ports;
    await clock.sleep(clusterBackoff(this.failures++, clock.random()), stop);
  }
}
