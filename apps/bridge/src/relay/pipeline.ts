import { Logger } from '@nestjs/common';
import type { TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Delivery, Outcome } from './delivery.js';
import { codeOf } from './failure-fields.js';
import type { FairFeed } from './fair-feed.js';
import { Gathering } from './gathering.js';
import { MainChoice } from './main-choice.js';
import { MainVerdicts } from './main-verdicts.js';
import type { Outgoing } from './outgoing.js';
import type { Progress } from './progress.js';
import { clusterBackoff } from './retry-policy.js';
import type { SideDoor } from './side-door.js';
import { Signal } from './signal.js';

export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** Milliseconds that a batch which is not full waits for more. */
  readonly lingerMs: number;
}

export interface PipelinePorts {
  readonly delivery: Delivery;
  readonly feed: FairFeed;
  readonly blocks: Blocks;
  readonly side: SideDoor;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** Nothing is lost when a wake-up is: the loop looks by itself this often. */
const IDLE_MS = 1_000;
/** A batch that waits for more looks this often whether they have come. */
const GATHER_STEP_MS = 1;

/** So often it is looked whether the side has room for the next transaction. */
const TRANSACTION_ROOM_MS = 100;

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
  private readonly choice: MainChoice;
  private readonly verdicts: MainVerdicts;
  private failures = 0;
  /** Whether the log has that the database does not answer: once, and not at each try. */
  private isTold = false;
  private heartbeatAt = 0;
  private readonly gathering = new Gathering();

  constructor(
    readonly name: string,
    private readonly ports: PipelinePorts,
    private readonly limits: BatchLimits,
    /** False: do not trouble Kafka before there is work (a mode that nobody uses). */
    private readonly eager: boolean,
  ) {
    this.signal = new Signal(ports.clock);
    this.choice = new MainChoice(ports);
    this.verdicts = new MainVerdicts(ports);
  }

  wake(): void {
    const { clock, feed } = this.ports;
    this.gathering.arrived(clock.now(), feed.ready);
    this.signal.notify();
  }

  /** Runs until the signal is aborted or the relay stops for good; never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        this.ports.feed.rest();
        if (!this.eager && !this.ports.feed.hasWork) {
          await this.signal.wait(IDLE_MS, stop);
          continue;
        }
        if (!(await this.ports.delivery.ready(stop))) return;
        await this.step(stop);
        this.isTold = false;
      } catch (error) {
        // The database did not answer. Nothing was changed, and the same is tried again.
        const fields = { pipeline: this.name, code: codeOf(error) };
        if (!this.isTold) this.logger.error(`${this.name}: ${String(error)}`, fields);
        this.isTold = true;
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
    this.gathering.departs(taken.length);
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
    const { feed, progress, clock } = this.ports;
    const plain = await this.upToTransaction(taken, stop);
    const { rows, batch } = this.choice.lastLook(await this.choice.select(plain));
    if (batch.length === 0) return;
    const departedAt = clock.now();
    const outcome = await this.send(batch, stop);
    switch (outcome.kind) {
      case 'delivered':
        this.failures = 0;
        this.verdicts.delivered();
        this.gathering.delivered(
          { departedAt, at: clock.now(), records: batch.length, ready: feed.ready },
          this.limits.maxRecords,
        );
        return;
      case 'stopped':
        return;
      case 'failed':
        feed.putBack(rows);
        progress.enter('waiting', outcome.error.code, outcome.error.message);
        await this.backOff(stop);
        return;
      case 'refused': {
        const left = rows.filter(({ id }) => !outcome.delivered.has(id));
        const { gone, waiting } = await this.verdicts.sortOut(
          outcome.refusals,
          outcome.othersTaken,
          left,
        );
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

  /** The batch is known to be in flight from the call on, without an await before it. */
  private async send(batch: readonly Outgoing[], stop: AbortSignal): Promise<Outcome> {
    const { progress, delivery, blocks } = this.ports;
    progress.enter('delivering');
    blocks.inFlight.depart(batch);
    const sending = delivery.deliver('records', batch, stop);
    return sending.finally(() => blocks.inFlight.arrive(batch));
  }

  /**
   * A record of a transaction ends its tenant's share of the batch before it, and is handed over once that is settled:
   * then nothing of its key is under way. @returns what goes out before it.
   */
  private async upToTransaction(
    taken: readonly OutboxRecord[],
    stop: AbortSignal,
  ): Promise<readonly OutboxRecord[]> {
    const { feed, progress } = this.ports;
    const [plain, rest] = headsOf(taken, ({ transaction }) => transaction === null);
    if (rest.length === 0) return plain;
    const under = new Set(plain.map(({ tenant }) => tenant));
    const free = rest.filter(({ tenant }) => !under.has(tenant));
    const [heads, after] = headsOf(free, ({ transaction }) => transaction !== null);
    feed.putBack([...after, ...rest.filter(({ tenant }) => under.has(tenant))]);
    const left = heads.length === 0 ? [] : await this.choice.handOver(heads);
    feed.putBack(left);
    if (plain.length === 0 && left.length > 0 && !feed.goesBack) {
      progress.enter('waiting', 'transactions_waiting');
      // Woken by what comes in: it may be somebody else's.
      await this.signal.wait(TRANSACTION_ROOM_MS, stop);
    }
    return plain;
  }

  /** Waits a moment for the records that are about to come. Not for a backlog: that is there already. */
  private async gather(stop: AbortSignal): Promise<void> {
    const { feed, clock } = this.ports;
    if (feed.behind || !this.gathering.isShort(feed.ready)) return;
    const until = this.gathering.waitUntil(clock.now());
    const { gathering } = this;
    while (!feed.behind && gathering.isShort(feed.ready) && clock.now() < until && !stop.aborted) {
      await clock.sleep(GATHER_STEP_MS, stop);
    }
  }

  private async backOff(stop: AbortSignal): Promise<void> {
    const { clock } = this.ports;
    await clock.sleep(clusterBackoff(this.failures++, clock.random()), stop);
  }
}

/** What each tenant has before the first of its records that is not such, and the rest. */
function headsOf(
  records: readonly OutboxRecord[],
  isSuch: (record: OutboxRecord) => boolean,
): readonly [heads: readonly OutboxRecord[], rest: readonly OutboxRecord[]] {
  const ended = new Set<string>();
  const heads: OutboxRecord[] = [];
  const rest: OutboxRecord[] = [];
  for (const record of records) {
    if (!isSuch(record)) ended.add(record.tenant);
    (ended.has(record.tenant) ? rest : heads).push(record);
  }
  return [heads, rest];
}
