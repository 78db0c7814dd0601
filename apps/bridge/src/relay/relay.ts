import { Logger } from '@nestjs/common';
import {
  LANES,
  type OutboxRecord,
  type OutboxStore,
  type Share,
  type Unlisten,
} from '@bridge/outbox';
import type { TopicAdmin } from '@bridge/kafka';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import { codeOf } from './failure-fields.js';
import type { LedgeredDelivery } from './ledgered.delivery.js';
import { isSide, slotOf } from './pipeline-identity.js';
import type { Pipeline } from './pipeline.js';
import type { Progress } from './progress.js';
import { RelayControl, type RelaySnapshot, type StopCode } from './relay-status.js';
import { clusterBackoff } from './retry-policy.js';
import type { TenantFeeds } from './tenant-feeds.js';
import type { Settlements } from './settlements.js';
import type { SidePipeline } from './side-pipeline.js';

/** The parts of a relay, put together by `assemble`. */
export interface RelayParts {
  readonly store: OutboxStore;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
  readonly settlements: Settlements;
  readonly blocks: Blocks;
  /** Where accepted records go. */
  readonly feeds: readonly TenantFeeds[];
  readonly mains: readonly Pipeline[];
  readonly side: SidePipeline;
  readonly progresses: readonly Progress[];
  /** Null: every lane, and every pipeline that has ever been, is its own. */
  readonly share: Share | null;
  /** Every delivery with a ledger that this configuration uses, by pipeline name. */
  readonly ledgered: ReadonlyMap<string, LedgeredDelivery>;
  /** A delivery for a pipeline that an earlier configuration has left behind. */
  readonly leftover: (pipeline: string) => LedgeredDelivery;
  /** The pipeline of any instance of which Kafka knows more than the database; null as a rule. */
  readonly pipelineAhead: () => Promise<string | null>;
  readonly onDeadLetter: 'continue' | 'park';
  /** Aborted when the relay stops, in good order or for good. */
  readonly stop: AbortController;
}

/** A batch that waits this long for Kafka means: nothing can be written. Milliseconds. */
const STUCK_MS = 10_000;
/** A batch in flight ends within this time or is left to the next start. Milliseconds. */
const DRAIN_MS = 20_000;
const LOADED_AT_ONCE = 500;
/** For a dead letter that is gone, however often it was replayed. */
const GONE = Number.POSITIVE_INFINITY;

/** The whole moving part between the outbox and Kafka: starts the pipelines, wakes them, ends them. */
export class Relay extends RelayControl {
  private readonly logger = new Logger(Relay.name);
  /** Whether nothing of it runs any more, after `end` or `stop`. */
  hasEnded = false;
  private running: Promise<void> | null = null;
  private listening: readonly Unlisten[] = [];
  private sweepFailures = 0;
  /** Dead letters that were replayed (so often) or discarded before the blocked keys were known; null once they are. */
  private freedEarly: Map<number, number> | null = new Map();

  constructor(private readonly parts: RelayParts) {
    super();
  }

  /** Returns at once: the bridge accepts records whether Kafka can be reached or not. */
  start(): void {
    const { store } = this.parts;
    this.listening = [
      store.onAccepted((records) => this.offer(records)),
      store.onReplayed((records) => this.goBackTo(records)),
      store.onDiscarded((records) => {
        for (const { id } of records) this.free(id, GONE);
        this.wake();
      }),
      store.onAcceptedElsewhere(
        (ids) => void (ids === null ? this.readAgain() : this.look(ids[1])),
      ),
      store.onSettledElsewhere(() => this.parts.side.lookElsewhere()),
    ];
    this.running = this.run();
  }

  /** Ends the batch in flight and closes the pipelines. What waits in the outbox waits for the next start. */
  async stop(): Promise<void> {
    const { clock, ledgered } = this.parts;
    const ended = this.end();
    await Promise.race([ended, clock.sleep(DRAIN_MS)]);
    await Promise.allSettled([...ledgered.values()].map((delivery) => delivery.close()));
    for (const unlisten of this.listening) unlisten();
  }

  /** Sends nothing more. Resolves when nothing of it runs any more, however long that takes. */
  async end(): Promise<void> {
    this.parts.stop.abort();
    this.wake();
    await this.running;
    this.hasEnded = true;
  }

  /** Why it has stopped for good; null as a rule. */
  get stoppedBy(): StopCode | null {
    return this.parts.progresses[0]?.status().stoppedBy ?? null;
  }

  /** Settles the batches that its pipelines have left open, and sends nothing. False: it was stopped before that. */
  async settle(): Promise<boolean> {
    const { stop, clock } = this.parts;
    for (let failures = 0; !stop.signal.aborted; failures++) {
      try {
        await this.settleOpenBatches();
        return !stop.signal.aborted;
      } catch (error) {
        const fields = { code: codeOf(error) };
        if (failures === 0) {
          this.logger.error(`open batches cannot be settled yet: ${String(error)}`, fields);
        }
        await clock.sleep(clusterBackoff(failures, clock.random()), stop.signal);
      }
    }
    return false;
  }

  wake(): void {
    for (const main of this.parts.mains) main.wake();
    this.parts.side.wake();
  }

  /** Another instance may have stored records and not been heard. */
  async lookAround(): Promise<void> {
    try {
      this.look(await this.parts.store.lastId());
    } catch {
      // The database is away; the next look finds what came.
    }
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
    const { progresses, blocks, share } = this.parts;
    return {
      pipelines: progresses.map((progress) => progress.status()),
      quarantined: blocks
        .quarantined()
        .map(({ topic, partition, code, since }) => ({ topic, partition, code, since })),
      blockedKeys: blocks.blockedKeys,
      sweepFailures: this.sweepFailures,
      lanes: share?.lanes.length ?? LANES,
      instances: 1,
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
      if (isSide(name) || waitingSince === null) return true;
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
      { pipeline, code },
    );
  }

  /** Another instance has its slot. What it has left open is settled there. */
  leaseLost(): void {
    this.parts.stop.abort();
  }

  private offer(records: readonly OutboxRecord[]): void {
    for (const feed of this.parts.feeds) feed.offer(records);
  }

  private look(lastId: number): void {
    for (const feed of this.parts.feeds) feed.hint(lastId);
    this.parts.side.lookElsewhere();
    for (const main of this.parts.mains) main.wake();
  }

  /** Nobody could be heard for a while: replays and discards are looked for, too. */
  private async readAgain(): Promise<void> {
    const { store, blocks, side } = this.parts;
    side.lookAgainAtAll();
    try {
      const parked = blocks.parkedIds();
      for (let at = 0; at < parked.length; at += LOADED_AT_ONCE) {
        const ids = parked.slice(at, at + LOADED_AT_ONCE);
        const loaded = await store.load(ids);
        const found = new Map(loaded.map((row) => [row.id, row]));
        for (const id of ids) {
          const row = found.get(id);
          if (row?.status !== 'dlq') this.free(id, row?.replays ?? GONE);
        }
      }
      this.rewind(0);
    } catch {
      // The database is away; whoever connects again is told again that he may have missed something.
    }
    await this.lookAround();
  }

  private goBackTo(records: readonly OutboxRecord[]): void {
    for (const { id, replays } of records) {
      this.free(id, replays);
      this.rewind(id);
    }
  }

  /** By its id: a record that is replayed to another topic was parked under its first one. */
  private free(id: number, replays: number): void {
    this.freedEarly?.set(id, replays);
    this.parts.blocks.unpark(id, replays);
    this.parts.side.lookAgain(id);
  }

  private async run(): Promise<void> {
    const { store, mains, side, stop, clock } = this.parts;
    if (store.needsReconcile !== null) {
      this.stopForGood('RECONCILE_NEEDED', `the outbox ${store.needsReconcile}: it`);
    }
    for (let failures = 0; !stop.signal.aborted; failures++) {
      try {
        await this.compareAllLedgers();
        await this.settleOpenBatches();
        await this.holdBlockedKeys();
        break;
      } catch (error) {
        const fields = { code: codeOf(error) };
        if (failures === 0) {
          this.logger.error(`the relay cannot start yet: ${String(error)}`, fields);
        }
        await clock.sleep(clusterBackoff(failures, clock.random()), stop.signal);
      }
    }
    await Promise.all([...mains, side].map((pipeline) => pipeline.run(stop.signal)));
  }

  /** Where lanes move between instances, what any of them has sent counts. */
  private async compareAllLedgers(): Promise<void> {
    if (this.parts.share === null) return;
    const ahead = await this.parts.pipelineAhead();
    if (ahead !== null) this.stopForGood('LEDGER_AHEAD', ahead);
  }

  /** Before anybody sends: a record of an open batch must not go out again through another pipeline. */
  private async settleOpenBatches(): Promise<void> {
    const { store, ledgered, leftover, stop, share } = this.parts;
    for (const { name, openBatch } of await store.pipelines()) {
      if (openBatch === null) continue;
      if (share !== null && slotOf(name) !== share.slot) continue;
      const delivery = ledgered.get(name) ?? leftover(name);
      await delivery.ready(stop.signal);
      if (!ledgered.has(name)) await delivery.close();
    }
  }

  private async holdBlockedKeys(): Promise<void> {
    const { store, blocks, feeds, side, onDeadLetter } = this.parts;
    for (const { transaction, ...record } of await store.keysInStatus('failed')) {
      blocks.hold(record);
      if (transaction !== null) side.keepFailed(record, transaction);
    }
    if (onDeadLetter === 'park') {
      for (const record of await store.keysInStatus('dlq')) {
        if (record.key !== null) blocks.park(record);
      }
    }
    for (const [id, replays] of this.freedEarly ?? []) blocks.unpark(id, replays);
    this.freedEarly = null;
    const lastId = await store.lastId();
    for (const feed of feeds) feed.start(lastId);
  }
}
