import { partitionFor } from '@bridge/kafka';
import type { NewRecord } from '@bridge/outbox';
import { createHash } from 'node:crypto';
import { assemble, type RelayPorts } from '../../../apps/bridge/src/relay/assemble.js';
import type { RelayControl } from '../../../apps/bridge/src/relay/relay-status.js';
import { UNMETERED } from '../../../apps/bridge/src/relay/relay-meter.js';
import { SettledElsewhere } from '../../../apps/bridge/src/relay/settled-elsewhere.js';
import { Settlements, type Settlement } from '../../../apps/bridge/src/relay/settlements.js';
import { SharedRelay } from '../../../apps/bridge/src/relay/shared-relay.js';
import { MemoryOutbox } from '../memory-outbox/memory-outbox.js';
import { MemoryWriter, StoreSite } from '../memory-outbox/memory-writer.js';
import { ModelLedger } from '../model-ports/model-ledger.js';
import { ModelPlainProducer } from '../model-ports/model-plain.producer.js';
import { ModelTopicAdmin } from '../model-ports/model-topic.admin.js';
import { ModelTransactionalProducers } from '../model-ports/model-transactional.producer.js';
import { CommitNotes } from './commit-notes.js';
import type { PlannedClient, PlannedPost, PlannedTopic } from './plan.js';
import { SimulatedProcess } from './process.js';
import { VirtualClock } from './virtual-clock.js';
import type { World } from './world.js';

const SWEEP_MS = 1_000;
const PURGE_EVERY_SWEEPS = 60;

/** What the relay has told a waiting POST. */
export interface Told {
  readonly id: number;
  readonly settlement: Settlement;
}

class NotedSettlements extends Settlements {
  constructor(private readonly told: Told[]) {
    super();
  }

  override settle(id: number, settlement: Settlement): void {
    this.told.push({ id, settlement });
    super.settle(id, settlement);
  }
}

/** One process of the bridge, from its start to its end: the product's relay on simulated ports. */
export class Incarnation {
  readonly process: SimulatedProcess;
  readonly relay: RelayControl;
  readonly store: MemoryOutbox;
  private readonly site: StoreSite;
  private readonly writer: MemoryWriter;
  private readonly topics: ModelTopicAdmin;
  readonly startedAtStep: number;
  /** Replays and discards that the operator has asked for and not heard of. */
  operations = 0;
  private sweeps = 0;

  constructor(
    readonly world: World,
    number: number,
    pipelines: number,
    /** Which of the processes at once it is. */
    readonly place: number,
  ) {
    const { scheduler, kafka, network, tables, bus } = world;
    this.startedAtStep = scheduler.steps;
    this.process = new SimulatedProcess(`bridge-${number}`, scheduler);
    const clock = new VirtualClock(scheduler, this.process);
    const weather = () => world.storage;
    this.site = new StoreSite(tables, this.process, scheduler, weather, world.seen);
    this.writer = new MemoryWriter(this.site);
    const notes = new CommitNotes(world);
    const token = `incarnation-${number}`;
    this.store = new MemoryOutbox(this.site, this.writer, token, notes, bus);
    const model = { kafka, network, process: this.process, clock };
    this.topics = new ModelTopicAdmin(model);
    const ports: RelayPorts = {
      store: this.store,
      producers: new ModelTransactionalProducers(model, notes),
      plain: new ModelPlainProducer(model),
      ledger: new ModelLedger(model),
      topics: this.topics,
      settlements: new NotedSettlements(world.told),
      clock,
      meter: UNMETERED,
    };
    const { delivery } = world.plan;
    const { leases } = this.store;
    this.relay =
      leases === null
        ? assemble(ports, { ...delivery, pipelines })
        : new SharedRelay({
            ...ports,
            leases,
            elsewhere: new SettledElsewhere(this.store, ports.settlements),
            relayOf: (share) => assemble(ports, delivery, share),
          });
  }

  start(): void {
    this.relay.start();
    this.sweepSoon();
  }

  /** kill -9: nothing of it happens any more, but what it has sent may still arrive. */
  kill(): void {
    if (!this.process.alive) return;
    const { pipelines } = this.relay.snapshot();
    const states = pipelines.map(({ state }) => state);
    this.world.seen(`killed while ${states.includes('recovering') ? 'recovering' : 'running'}`);
    if (states.includes('delivering')) this.world.seen('killed while delivering');
    const isFlood = pipelines.some(
      ({ name, state }) => name.startsWith('flood') && state === 'delivering',
    );
    if (isFlood) this.world.seen('killed while delivering a backlog apart');
    this.process.kill();
    this.writer.die();
  }

  /** Another process owns the database from now on. */
  lockOut(): void {
    this.writer.die();
    this.site.lockedOut = true;
  }

  /** What ingestion does with a POST. Rejects, or never answers, as the process does. */
  async post(client: PlannedClient, posts: readonly PlannedPost[]): Promise<void> {
    const records = posts.map((post) => {
      const count = client.choosesPartitions ? this.topics.cachedPartitions(post.topic) : null;
      const record = newRecord(post, this.world.topicOf(post.topic), posts.length);
      const { key, requestedPartition } = record;
      const chosen = key !== null && count !== null && count > 0 ? partitionFor(key, count) : null;
      return { ...record, partition: requestedPartition ?? chosen };
    });
    await this.store.accept(records);
  }

  private sweepSoon(): void {
    const { scheduler } = this.world;
    scheduler.after(SWEEP_MS, `${this.process.name} sweeps`, () => {
      if (!this.process.alive) return;
      this.process.deliver('sweep', () => {
        this.relay.wake();
        this.look();
        if (++this.sweeps % PURGE_EVERY_SWEEPS === 0) this.store.purge().catch(() => undefined);
      });
      this.sweepSoon();
    });
  }

  private look(): void {
    const { quarantined, blockedKeys } = this.relay.snapshot();
    if (quarantined.length > 0) this.world.seen('something was in quarantine');
    if (blockedKeys > 0) this.world.seen('a key was blocked');
  }
}

export function valueOf({ messageId, bytes }: PlannedPost): Buffer {
  return Buffer.from(messageId.padEnd(bytes, '.'));
}

function newRecord(
  post: PlannedPost,
  { delivery, tenant }: Pick<PlannedTopic, 'delivery' | 'tenant'>,
  size: number,
): NewRecord {
  const { messageId, topic, key, requestedPartition, transaction } = post;
  return {
    messageId,
    tenant,
    requestHash: createHash('sha256').update(messageId).digest(),
    topic,
    key: key === null ? null : Buffer.from(key),
    value: valueOf(post),
    headers: [{ name: 'message-id', value: Buffer.from(messageId) }],
    timestamp: null,
    delivery,
    requestedPartition,
    partition: null,
    transaction: transaction === null ? null : { id: transaction, size },
  };
}
