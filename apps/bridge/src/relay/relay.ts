import { Logger } from '@nestjs/common';
import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import type { TopicAdmin } from '@bridge/kafka';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Feed } from './feed.js';
import type { LedgeredDelivery } from './ledgered.delivery.js';
import type { Pipeline } from './pipeline.js';
import type { Progress } from './progress.js';
import { RelayStatus, type RelaySnapshot, type StopCode } from './relay-status.js';
import { clusterBackoff } from './retry-policy.js';
import type { Settlements } from './settlements.js';
import type { SidePipeline } from './side-pipeline.js';

/** The parts of a relay, put together by `assemble`. */
export interface RelayParts {
  readonly store: OutboxStore;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
  readonly settlements: Settlements;
  readonly blocks: Blocks;
  readonly feeds: readonly Feed[];
  readonly mains: readonly Pipeline[];
  readonly side: SidePipeline;
  readonly progresses: readonly Progress[];
  /** Every delivery with a ledger that this configuration uses, by pipeline name. */
  readonly ledgered: ReadonlyMap<string, LedgeredDelivery>;
  /** A delivery for a pipeline that an earlier configuration has left behind. */
  readonly leftover: (pipeline: string) => LedgeredDelivery;
  readonly onDeadLetter: 'continue' | 'park';
  /** Aborted when the relay stops, in good order or for good. */
  readonly stop: AbortController;
}

/** The pipeline for what is suspect. */
export const SIDE = 'side';
/** A batch that waits this long for Kafka means: nothing can be written. Milliseconds. */
const STUCK_MS = 10_000;
/** A batch in flight ends within this time or is left to the next start. Milliseconds. */
const DRAIN_MS = 20_000;

/** The whole moving part between the outbox and Kafka: starts the pipelines, wakes them, ends them. */
export class Relay extends RelayStatus {
  private readonly logger = new Logger(Relay.name);
  private running: Promise<void> | null = null;
  private sweepFailures = 0;
  /** Dead letters that were replayed or discarded before the blocked keys were known; null once they are. */
  private freedEarly: Set<number> | null = new Set();

  constructor(private readonly parts: RelayParts) {
    super();
  }

  /** Returns at once: the bridge accepts records whether Kafka can be reached or not. */
  start(): void {
    const { store } = this.parts;
    store.onAccepted((records) => this.offer(records));
    store.onReplayed((records) => this.goBackTo(records));
    store.onDiscarded((records) => {
      for (const { id } of records) this.free(id);
      this.wake();
    });
    this.running = this.run();
  }

  /** Ends the batch in flight and closes the pipelines. What waits in the outbox waits for the next start. */
  async stop(): Promise<void> {
    const { stop, clock, ledgered, settlements } = this.parts;
    stop.abort();
    this.wake();
    await Promise.race([this.running, clock.sleep(DRAIN_MS)]);
    await Promise.allSettled([...ledgered.values()].map((delivery) => delivery.close()));
    settlements.releaseAll();
  }

  wake(): void {
    for (const main of this.parts.mains) main.wake();
    this.parts.side.wake();
  }

  /** Some block has ended: records from this id on may go. */
  rewind(fromId: number): void {
    for (const feed of this.parts.feeds) feed.rewind(fromId);
    this.wake();
  }

  /** The side has settled this record: what a feed holds of it in memory is old. */
  forget(id: number): void {
    for (const feed of this.parts.feeds) feed.forget(id);
  }

  sweepFailed(): void {
    this.sweepFailures++;
  }

  snapshot(): RelaySnapshot {
    const { progresses, blocks } = this.parts;
    return {
      pipelines: progresses.map((progress) => progress.status()),
      quarantined: blocks
        .quarantined()
        .map(({ topic, partition, code, since }) => ({ topic, partition, code, since })),
      blockedKeys: blocks.blockedKeys,
      sweepFailures: this.sweepFailures,
    };
  }

  connected(): boolean {
    const { topics, progresses, store, clock } = this.parts;
    if (!topics.reachable()) return false;
    const { pending, failed } = store.stats().rows;
    const now = clock.now();
    return progresses.every((progress) => {
      const { name, state, waitingSince } = progress.status();
      if (state === 'stopped') return false;
      // The side pipeline waits for what is sick while everything else is well.
      if (name === SIDE || waitingSince === null) return true;
      return now - waitingSince <= STUCK_MS || pending + failed === 0;
    });
  }

  /** What one pipeline has found out is true for all of them: the database or the cluster is not the one they knew. */
  stopForGood(code: StopCode, pipeline: string): void {
    const { stop, progresses } = this.parts;
    if (stop.signal.aborted) return;
    for (const progress of progresses) progress.stop(code);
    stop.abort();
    this.logger.error(
      `${code}: ${pipeline} has stopped and nothing more is sent. Records are still accepted. ` +
        'docs/operations.md tells what has happened and the way out.',
    );
  }

  private offer(records: readonly OutboxRecord[]): void {
    const { feeds, mains } = this.parts;
    feeds.forEach((feed, index) => {
      if (feed.offer(records)) mains[index]?.wake();
    });
  }

  private goBackTo(records: readonly OutboxRecord[]): void {
    for (const { id } of records) {
      this.free(id);
      this.rewind(id);
    }
  }

  /** By its id: a record that is replayed to another topic was parked under its first one. */
  private free(id: number): void {
    this.freedEarly?.add(id);
    this.parts.blocks.unpark(id);
    this.parts.side.lookAgain(id);
  }

  private async run(): Promise<void> {
    const { store, mains, side, stop, clock } = this.parts;
    if (store.needsReconcile !== null) {
      this.stopForGood('RECONCILE_NEEDED', `the outbox ${store.needsReconcile}: it`);
    }
    for (let failures = 0; !stop.signal.aborted; failures++) {
      try {
        await this.settleOpenBatches();
        await this.holdBlockedKeys();
        break;
      } catch (error) {
        this.logger.error(`the relay cannot start yet: ${String(error)}`);
        await clock.sleep(clusterBackoff(failures, clock.random()), stop.signal);
      }
    }
    await Promise.all([...mains, side].map((pipeline) => pipeline.run(stop.signal)));
  }

  /** Before anybody sends: a record of an open batch must not go out again through another pipeline. */
  private async settleOpenBatches(): Promise<void> {
    const { store, ledgered, leftover, stop } = this.parts;
    for (const { name, openBatch } of await store.pipelines()) {
      if (openBatch === null) continue;
      const delivery = ledgered.get(name) ?? leftover(name);
      await delivery.ready(stop.signal);
      if (!ledgered.has(name)) await delivery.close();
    }
  }

  private async holdBlockedKeys(): Promise<void> {
    const { store, blocks, feeds, onDeadLetter } = this.parts;
    for (const record of await store.keysInStatus('failed')) blocks.hold(record);
    if (onDeadLetter === 'park') {
      for (const record of await store.keysInStatus('dlq')) {
        if (record.key !== null) blocks.park(record);
      }
    }
    for (const id of this.freedEarly ?? []) blocks.unpark(id);
    this.freedEarly = null;
    const lastId = await store.lastId();
    for (const feed of feeds) feed.start(lastId);
  }
}
