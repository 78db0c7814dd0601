import { Logger } from '@nestjs/common';
import type { TopicAdmin } from '@bridge/kafka';
import {
  GIVE_UP_MS,
  RENEW_MS,
  type Leases,
  type LeaseView,
  type OutboxStore,
  type Share,
} from '@bridge/outbox';
import type { Clock } from './clock.js';
import { planLanes } from './lane-plan.js';
import { slotOf } from './pipeline-identity.js';
import type { Relay } from './relay.js';
import { RelayControl, type RelaySnapshot, type StopCode } from './relay-status.js';
import type { SettledElsewhere } from './settled-elsewhere.js';
import { Signal } from './signal.js';

export interface SharedRelayPorts {
  readonly store: OutboxStore;
  readonly leases: Leases;
  readonly topics: Pick<TopicAdmin, 'reachable'>;
  readonly clock: Clock;
  readonly elsewhere: SettledElsewhere;
  /** A relay for these lanes, not started. */
  readonly relayOf: (share: Share) => Relay;
}

/** So often it looks who has what: this, and not the renewal, is how soon somebody notices. */
const LOOK_MS = 1_000;

/** Two tries more before the lease ends. */
const AGAIN_MS = 1_000;

const NOTHING = { pipelines: [], quarantined: [], blockedKeys: 0, lanes: 0 };

/**
 * The relay of an instance that shares its outbox with others. It holds a slot and some lanes, and when these
 * change, the relay ends its batch and a new one begins, as at a restart: what was in memory is read again, and
 * nothing has to be handed from one to the other.
 */
export class SharedRelay extends RelayControl {
  private readonly logger = new Logger(SharedRelay.name);
  private readonly stopping = new AbortController();
  private readonly looked: Signal;
  private running: Promise<unknown> | null = null;
  private mayHold = false;
  private renewedAt = Number.NEGATIVE_INFINITY;
  private share: Share | null = null;
  private relay: Relay | null = null;
  /** Slots of instances that are gone, whose batches are being settled. */
  private readonly heirs = new Map<number, Relay>();
  private sweepFailures = 0;
  /** That hold a slot, as it was seen last. */
  private instances = 1;
  private failure: string | null = null;

  constructor(private readonly ports: SharedRelayPorts) {
    super();
    this.looked = new Signal(ports.clock);
  }

  start(): void {
    this.ports.elsewhere.start();
    this.running = Promise.all([this.keepRenewing(), this.keepArranging()]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.looked.notify();
    await this.running;
  }

  /** News may have been lost: what others have stored and settled is looked for. */
  wake(): void {
    void this.relay?.lookAround();
    this.ports.elsewhere.look(null);
  }

  sweepFailed(): void {
    this.sweepFailures++;
  }

  snapshot(): RelaySnapshot {
    const { sweepFailures, instances } = this;
    return { ...(this.relay?.snapshot() ?? NOTHING), sweepFailures, instances };
  }

  /** An instance without lanes is as good as the cluster is. */
  connected(): boolean {
    return this.relay?.connected() ?? this.ports.topics.reachable();
  }

  private async keepRenewing(): Promise<void> {
    const { leases, clock } = this.ports;
    while (!this.stopping.signal.aborted) {
      const asked = clock.now();
      let againMs = RENEW_MS;
      try {
        await leases.renew();
        this.renewedAt = asked;
        this.mayHold = true;
        this.failure = null;
      } catch (error) {
        againMs = AGAIN_MS;
        this.tell(`the lease cannot be renewed: ${String(error)}`);
        // Somebody else may take the lanes when the lease has ended; by then nothing more is sent from here.
        if (clock.now() - this.renewedAt > GIVE_UP_MS) this.mayHold = false;
      }
      this.looked.notify();
      await clock.sleep(againMs, this.stopping.signal);
    }
  }

  private async keepArranging(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.looked.wait(LOOK_MS, signal);
      if (signal.aborted) break;
      try {
        await this.arrange();
      } catch (error) {
        this.tell(`the lanes cannot be arranged: ${String(error)}`);
      }
    }
    await this.leave();
  }

  private async arrange(): Promise<void> {
    // What has stopped for good must not be sent by another instance: it keeps what it has.
    if (this.stoppedBy() !== null) return;
    if (!this.mayHold) return this.halt();
    // Looked at here, after the changes of the last time: nobody else changes which lanes this slot has.
    const view = await this.ports.leases.look();
    this.instances = view.holders.filter(
      (holder) => holder === 'me' || holder === 'another',
    ).length;
    if (!isHeld(view, this.share)) await this.halt();
    const abandoned = await this.abandoned(view);
    for (const slot of abandoned) await this.inherit(slot);
    const { mine } = view;
    if (mine === null) return;
    const plan = planLanes(view);
    let lanes = [...view.lanes.keys()].filter((lane) => view.lanes[lane] === mine.slot);
    if (plan.give.length > 0 && (await this.give(mine.slot, plan.give))) {
      lanes = lanes.filter((lane) => !plan.give.includes(lane));
    }
    // A record of a batch that nobody has settled may be in Kafka, whatever its lane.
    if (plan.take.length > 0 && abandoned.length === 0) {
      lanes.push(...(await this.ports.leases.takeLanes(plan.take)));
    }
    await this.relayLanes({ ...mine, lanes });
  }

  /** Slots whose holder is gone, and those that are nobody's and have an open batch. */
  private async abandoned({ holders }: LeaseView): Promise<readonly number[]> {
    const open = (await this.ports.store.pipelines())
      .filter(({ openBatch }) => openBatch !== null)
      .map(({ name }) => slotOf(name));
    return [...holders.entries()]
      .filter(([slot, holder]) => holder === 'gone' || (holder === 'nobody' && open.includes(slot)))
      .map(([slot]) => slot);
  }

  private async inherit(slot: number): Promise<void> {
    if (this.heirs.has(slot)) return;
    const tenure = await this.ports.leases.takeOver(slot);
    if (tenure === null) return;
    this.logger.warn(`slot ${slot} was left behind: its open batches are settled here`, { slot });
    const heir = this.ports.relayOf({ ...tenure, lanes: [] });
    this.heirs.set(slot, heir);
    // Not awaited: it may take as long as an outage, and the lanes of this instance go on.
    void this.settle(slot, heir);
  }

  /** What the heir of a slot has found out is true for this instance's own lanes. */
  private stoppedBy(): StopCode | null {
    for (const [slot, { stoppedBy }] of this.heirs) {
      if (stoppedBy !== null) this.relay?.stopForGood(stoppedBy, `slot ${slot}`);
    }
    return this.relay?.stoppedBy ?? null;
  }

  private async settle(slot: number, heir: Relay): Promise<void> {
    try {
      const settled = await heir.settle();
      await heir.stop();
      if (settled) await this.ports.leases.dissolve(slot);
      this.looked.notify();
    } catch (error) {
      this.tell(`slot ${slot} is not settled yet: ${String(error)}`);
    } finally {
      if (heir.stoppedBy === null) this.heirs.delete(slot);
    }
  }

  private async give(slot: number, lanes: readonly number[]): Promise<boolean> {
    await this.halt();
    if (!(await this.nothingOpen(slot))) return false;
    await this.ports.leases.giveLanes(lanes);
    return true;
  }

  private async nothingOpen(slot: number): Promise<boolean> {
    const pipelines = await this.ports.store.pipelines();
    return pipelines.every(({ name, openBatch }) => openBatch === null || slotOf(name) !== slot);
  }

  private async relayLanes(share: Share): Promise<void> {
    if (this.relay !== null && sameLanes(this.share, share)) return;
    await this.halt();
    this.share = share;
    this.relay = this.ports.relayOf(share);
    const { slot, lanes } = share;
    this.logger.log(`relays ${lanes.length} lanes in slot ${slot}`, { slot, lanes: lanes.length });
    this.relay.start();
  }

  private async halt(): Promise<void> {
    // Wholly: while anything of it runs, the lanes must not be anybody else's.
    await this.relay?.end();
    await this.relay?.stop();
    this.relay = null;
    this.share = null;
  }

  /** What is not settled keeps its lease until that ends, so that an heir settles it. */
  private async leave(): Promise<void> {
    const { leases } = this.ports;
    const { slot } = leases;
    const isStopped = this.stoppedBy() !== null;
    const relays = [this.relay, ...this.heirs.values()].filter((relay) => relay !== null);
    await Promise.all(relays.map((relay) => relay.stop()));
    if (isStopped || slot === null || this.relay?.hasEnded === false) return;
    try {
      if (await this.nothingOpen(slot)) await leases.leave();
    } catch (error) {
      this.tell(`the lease is not given back: ${String(error)}`);
    }
  }

  private tell(text: string): void {
    if (this.failure !== text) this.logger.warn(text);
    this.failure = text;
  }
}

function isHeld({ mine }: LeaseView, share: Share | null): boolean {
  return share === null || (mine?.slot === share.slot && mine.epoch === share.epoch);
}

function sameLanes(one: Share | null, other: Share): boolean {
  return (
    one?.epoch === other.epoch &&
    one.slot === other.slot &&
    String(one.lanes) === String(other.lanes)
  );
}
