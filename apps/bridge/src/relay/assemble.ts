import type { Ledger, PlainProducer, TopicAdmin, TransactionalProducers } from '@bridge/kafka';
import type { OutboxStore, Share } from '@bridge/outbox';
import { LEDGER_TOPIC, type BridgeConfig } from '../config/bridge.config.js';
import type { Tracing } from '../tracing/index.js';
import { Blocks } from './blocks.js';
import type { Delivery } from './delivery.js';
import type { Clock } from './clock.js';
import { DeadLetterPublisher } from './dead-letter.publisher.js';
import { FairFeed } from './fair-feed.js';
import type { FeedScope } from './feed.js';
import { Isolated } from './isolated.js';
import { pipelineAhead } from './ledgers-ahead.js';
import { LedgeredDelivery, type LedgeredPorts } from './ledgered.delivery.js';
import { Pipeline } from './pipeline.js';
import { PlainDelivery } from './plain.delivery.js';
import { Progress } from './progress.js';
import { floodOf, identify, LEDGER_PARTITIONS, mainsOf, sideOf } from './pipeline-identity.js';
import { Refusals } from './refusals.js';
import { Relay } from './relay.js';
import type { RelayMeter } from './relay-meter.js';
import type { Settlements } from './settlements.js';
import { SharedTransactions } from './shared-transactions.js';
import { SideChoice } from './side-choice.js';
import { SidePipeline } from './side-pipeline.js';
import { SideTransactions } from './side-transactions.js';
import { SideVerdicts } from './side-verdicts.js';
import { TenantFeeds, type Way } from './tenant-feeds.js';
import { Transactions } from './transactions.js';

const PLAIN = 'plain';
const PLAIN_FLOOD = 'plain-flood';

/** How one pipeline sends. */
interface Sending {
  readonly name: string;
  readonly delivery: Delivery;
  /** False: it does not trouble Kafka before there is work. */
  readonly isEager: boolean;
}

export interface RelayPorts {
  readonly store: OutboxStore;
  readonly producers: TransactionalProducers;
  readonly plain: PlainProducer;
  readonly ledger: Ledger;
  readonly topics: TopicAdmin;
  readonly settlements: Settlements;
  readonly clock: Clock;
  readonly meter: RelayMeter;
  /** Absent: nobody collects traces. */
  readonly tracing?: Tracing;
}

/**
 * Puts the relay together from its ports. The one place that knows how the parts hang together.
 * @param share null: of an outbox that nobody shares.
 */
export function assemble(
  ports: RelayPorts,
  config: BridgeConfig['delivery'],
  share: Share | null = null,
): Relay {
  const store = share === null ? ports.store : ports.store.relayedBy(share);
  return new Assembly({ ...ports, store }, config, share).relay;
}

class Assembly {
  readonly relay: Relay;
  private readonly blocks = new Blocks(
    (fromId) => this.relay.rewind(fromId),
    (id) => this.relay.forget(id),
  );
  private readonly progresses = new Map<string, Progress>();
  private readonly ledgered = new Map<string, LedgeredDelivery>();
  private readonly feeds: TenantFeeds[] = [];
  private readonly mains: Pipeline[] = [];
  /** Null: every lane. */
  private readonly leased: ReadonlySet<number> | null;
  private readonly ledgeredPorts: LedgeredPorts;

  constructor(
    private readonly ports: RelayPorts,
    private readonly config: BridgeConfig['delivery'],
    private readonly share: Share | null,
  ) {
    const { ledger, store, topics, clock, settlements } = ports;
    this.leased = share === null ? null : new Set(share.lanes);
    const prepareLedger = once(() => ledger.prepare(LEDGER_TOPIC, LEDGER_PARTITIONS));
    this.ledgeredPorts = {
      ...ports,
      prepareLedger,
      leaseLost: () => this.relay.leaseLost(),
      stopForGood: (code, pipeline) => this.relay.stopForGood(code, pipeline),
    };
    const side = this.side();
    this.addMains(side);
    this.relay = new Relay({
      store,
      topics,
      clock,
      settlements,
      side,
      blocks: this.blocks,
      feeds: this.feeds,
      mains: this.mains,
      progresses: [...this.progresses.values()],
      ledgered: this.ledgered,
      share,
      leftover: (pipeline) => this.ledgeredDelivery(pipeline),
      pipelineAhead: () => prepareLedger().then(() => pipelineAhead(store, ledger)),
      onDeadLetter: config.onDeadLetter,
      stop: new AbortController(),
    });
  }

  private progressOf(name: string): Progress {
    const progress = this.progresses.get(name) ?? new Progress(name, () => this.ports.clock.now());
    this.progresses.set(name, progress);
    return progress;
  }

  private ledgeredDelivery(name: string): LedgeredDelivery {
    const identity = identify(this.ports.store.outboxId, name);
    return new LedgeredDelivery(identity, this.ledgeredPorts, this.progressOf(name));
  }

  private plainDelivery(name: string): PlainDelivery {
    const { store, plain, topics, settlements, meter, tracing = null } = this.ports;
    const progress = this.progressOf(name);
    return new PlainDelivery(store, plain, topics, settlements, progress, meter, tracing);
  }

  private side(): SidePipeline {
    const { store, topics, clock, settlements } = this.ports;
    const { blocks, config } = this;
    const { batchMaxBytes, deadLetterTopic, mode } = config;
    const rules = { ...retryRules(config), onDeadLetter: config.onDeadLetter };
    const refusals = new Refusals(store, blocks, settlements, clock, rules, () =>
      this.relay.wake(),
    );
    const parks = config.onDeadLetter === 'park';
    const isolated = new Isolated(store, blocks, parks);
    const choice = new SideChoice(store, blocks, topics, clock, batchMaxBytes);
    const shared =
      this.leased === null
        ? null
        : new SharedTransactions(store, blocks, clock, this.leased, parks);
    const transactions = new Transactions(store, blocks, clock, parks, shared);
    const name = sideOf(this.share?.slot ?? 0);
    const exactlyOnce = this.ledgeredDelivery(name);
    this.ledgered.set(name, exactlyOnce);
    const progress = this.progressOf(name);
    const verdicts = new SideVerdicts(blocks, isolated, refusals, choice, topics, clock);
    const whole = new SideTransactions(
      {
        transactions,
        delivery: exactlyOnce,
        refusals,
        verdicts,
        blocks,
        topics,
        clock,
        progress,
      },
      batchMaxBytes,
    );
    return new SidePipeline(
      {
        store,
        blocks,
        topics,
        clock,
        isolated,
        choice,
        transactions,
        whole,
        verdicts,
        deliveries: { 'exactly-once': exactlyOnce, 'at-least-once': this.plainDelivery(name) },
        deadLetterMode: mode,
        deadLetters: new DeadLetterPublisher(deadLetterTopic, batchMaxBytes, store, topics, clock),
        progress,
      },
      batchMaxBytes,
    );
  }

  private addMains(side: SidePipeline): void {
    const { pipelines, mode } = this.config;
    const { leased } = this;
    for (const [number, name] of mainsOf(this.share?.slot ?? 0, pipelines).entries()) {
      const lanes = { modulo: pipelines, remainder: number };
      const isEager = mode === 'exactly-once';
      this.addPair({ delivery: 'exactly-once', lanes, leased }, side, {
        main: { name, delivery: this.keptLedgered(name), isEager },
        flood: { name: floodOf(name), delivery: this.keptLedgered(floodOf(name)), isEager: false },
      });
    }
    const lanes = { modulo: 1, remainder: 0 };
    this.addPair({ delivery: 'at-least-once', lanes, leased }, side, {
      main: { name: PLAIN, delivery: this.plainDelivery(PLAIN), isEager: false },
      flood: { name: PLAIN_FLOOD, delivery: this.plainDelivery(PLAIN_FLOOD), isEager: false },
    });
  }

  private keptLedgered(name: string): LedgeredDelivery {
    const delivery = this.ledgeredDelivery(name);
    this.ledgered.set(name, delivery);
    return delivery;
  }

  /** A main pipeline and the one for those with a backlog, which share what waits. */
  private addPair(
    scope: Omit<FeedScope, 'tenant'>,
    side: SidePipeline,
    pair: Readonly<Record<Way, Sending>>,
  ): void {
    const { store, topics, clock } = this.ports;
    const { batchMaxRecords: maxRecords, batchMaxBytes: maxBytes, lingerMs } = this.config;
    const waking = new Map<Way, Pipeline>();
    const wake = (way: Way): void => waking.get(way)?.wake();
    const feeds = new TenantFeeds(store, scope, { maxRecords, maxBytes }, clock, wake);
    this.feeds.push(feeds);
    for (const way of ['main', 'flood'] as const) {
      const { name, delivery, isEager } = pair[way];
      const feed = new FairFeed(feeds, way);
      const progress = this.progressOf(name);
      const own = { delivery, feed, blocks: this.blocks, side, topics, clock, progress };
      const pipeline = new Pipeline(name, own, { maxRecords, maxBytes, lingerMs }, isEager);
      waking.set(way, pipeline);
      this.mains.push(pipeline);
    }
  }
}

function retryRules(config: BridgeConfig['delivery']) {
  return {
    maxAttempts: config.maxAttempts,
    initialMs: config.retryInitialMs,
    multiplier: config.retryMultiplier,
    maxMs: config.retryMaxMs,
  };
}

/** Runs the work until it has succeeded once; callers at the same time share one run. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = null;
      throw error;
    });
    return done;
  };
}
