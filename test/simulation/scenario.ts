import type { MemoryRow } from './memory-outbox/memory-row.js';
import { judgeRun } from './oracle.js';
import { applyFault, operate } from './world/apply-fault.js';
import { Client } from './world/client.js';
import { FAIR } from './world/network.js';
import type { Plan } from './world/plan.js';
import { HEALTHY_STORAGE, World } from './world/world.js';

/** Everything must be settled so long after the last fault has ended. Milliseconds. */
const CALM_WITHIN_MS = 90_000;
/** So long, late requests of dead processes may still arrive. */
const AFTERMATH_MS = 60_000;
const LOOK_EVERY_STEPS = 8;
const REPAIRED_BYTES = 10_000_000;

export interface RunResult {
  /** Empty: everything is as promised. */
  readonly faults: readonly string[];
  readonly sights: ReadonlySet<string>;
  readonly hash: string;
  readonly steps: number;
  readonly trace: readonly string[];
}

/** Runs a plan to its end: the faults, the healing, the drain, and whatever arrives late. */
export async function runPlan(plan: Plan, keepTrace = false): Promise<RunResult> {
  const run = new Run(new World(plan, keepTrace));
  const faults = await run.play();
  const { sights, trace, scheduler } = run.world;
  return { faults, sights, hash: trace.hash, steps: scheduler.steps, trace: trace.lines };
}

class Run {
  private readonly clients: readonly Client[];
  private readonly crashes;

  constructor(readonly world: World) {
    const { plan } = world;
    this.clients = plan.clients.map((client) => new Client(world, client));
    this.crashes = plan.faults.filter((fault) => fault.kind === 'crash');
  }

  async play(): Promise<string[]> {
    const { scheduler } = this.world;
    this.prepare();
    const end = this.endOfFaults();
    await scheduler.run(() => {
      this.maybeCrash();
      return scheduler.now >= end && (this.crashes.length === 0 || this.isCalm());
    }, end + CALM_WITHIN_MS);
    await this.heal();
    const faults = await this.drain();
    if (faults.length > 0) return faults;
    if (this.world.tables.stats().totals.buried > 0) this.world.seen('a record was buried');
    for (const incarnation of this.world.incarnations) incarnation.process.kill();
    await scheduler.run(() => false, scheduler.now + AFTERMATH_MS);
    return judgeRun(this.world);
  }

  private prepare(): void {
    const { world } = this;
    for (const { name, partitions, maxBytes, since } of world.plan.topics) {
      const create = (): void => world.kafka.createTopic(name, partitions, maxBytes);
      if (since === 0) create();
      else world.scheduler.after(since, `topic ${name}`, create);
    }
    for (const fault of world.plan.faults) if (fault.kind !== 'crash') applyFault(world, fault);
    for (const client of this.clients) client.start();
    for (const place of world.places) world.startProcess(place);
  }

  private endOfFaults(): number {
    const { faults, topics } = this.world.plan;
    const ends = faults.map((fault) => {
      if (fault.kind === 'crash') return 0;
      return fault.at + ('forMs' in fault ? fault.forMs : 0);
    });
    return Math.max(100, ...ends, ...topics.map(({ since }) => since));
  }

  /** The next crash is due after so many steps of the life of the process that owns the database. */
  private maybeCrash(): void {
    const [crash] = this.crashes;
    if (crash === undefined) return;
    const { world } = this;
    const { scheduler } = world;
    const owner = world.ownerAt(this.crashes.length % world.plan.instances);
    if (owner === null || scheduler.steps - owner.startedAtStep < crash.afterSteps) return;
    this.crashes.shift();
    owner.kill();
    scheduler.after(crash.downMs, 'the next process', () => {
      if (world.ownerAt(owner.place) === null) world.startProcess(owner.place);
    });
  }

  /** No fault is left, and only one process. */
  private heal(): Promise<void> {
    const { world } = this;
    this.crashes.length = 0;
    world.network.weather = FAIR;
    world.storage = HEALTHY_STORAGE;
    world.kafka.cluster.heal();
    for (const topic of world.kafka.cluster.topics.values()) topic.authorized = true;
    const { owners } = world;
    for (const one of world.incarnations) if (!owners.includes(one)) one.kill();
    for (const place of world.places) if (world.ownerAt(place) === null) world.startProcess(place);
    for (const owner of world.owners) owner.process.resume();
    world.trace.note(world.scheduler.now, 'everything is well again');
    return Promise.resolve();
  }

  /** Waits for calm; then the operator looks after what is dead, and it is waited for again. */
  private async drain(): Promise<string[]> {
    const { world } = this;
    const faults = await this.untilCalm('after the faults');
    if (faults.length > 0 || world.tables.stats().rows.dlq === 0) return faults;
    const parks = world.plan.delivery.onDeadLetter === 'park';
    const choice = world.scheduler.random.next();
    if (!parks && choice < 0.5) return [];
    if (choice < 0.75) {
      for (const topic of world.kafka.cluster.topics.values()) topic.maxBytes = REPAIRED_BYTES;
      operate(world, 'replay');
      faults.push(...(await this.untilCalm('after the replay')));
    }
    // A parked key may hold more than one record that nothing can help.
    while (faults.length === 0 && world.tables.stats().rows.dlq > 0) {
      operate(world, 'discard');
      faults.push(...(await this.untilCalm('after the discard')));
    }
    return faults;
  }

  private async untilCalm(when: string): Promise<string[]> {
    const { scheduler } = this.world;
    let looks = 0;
    const isCalm = await scheduler.run(
      () => looks++ % LOOK_EVERY_STEPS === 0 && looks > LOOK_EVERY_STEPS && this.isCalm(),
      scheduler.now + CALM_WITHIN_MS,
    );
    return isCalm ? [] : [`no calm ${when}: ${this.whatIsOpen()}`, ...this.stops()];
  }

  private isCalm(): boolean {
    return this.whatIsOpen() === '';
  }

  private whatIsOpen(): string {
    const { tables, kafka, owners } = this.world;
    const open: string[] = [];
    if (owners.some(({ operations }) => operations > 0)) open.push('operations');
    if (!this.clients.every(({ done }) => done)) open.push('clients');
    const parked = this.parkedKeys();
    const held = this.heldKeys(parked);
    for (const { status, topic, key, messageId, publishedAt } of tables.all()) {
      const waits = held.has(keyOf({ messageId, topic, key }));
      if ((status === 'failed' || status === 'pending') && !waits) open.push(messageId);
      if (status === 'dlq' && publishedAt === null) open.push(`letter ${messageId}`);
    }
    for (const { name, openBatch } of tables.pipelines.all()) {
      if (openBatch !== null) open.push(name);
    }
    const blocked = owners.map(({ relay }) => relay.snapshot().blockedKeys);
    const all = blocked.reduce((sum, count) => sum + count, 0);
    // Who sends a transaction knows the keys of all its records, those of other lanes, too.
    if (all < parked.size || blocked.some((count) => count > held.size)) {
      open.push(`${blocked.join('+')} blocked keys of ${parked.size} parked`);
    }
    if (kafka.transactions.open > 0) open.push('transactions');
    return open.join();
  }

  private parkedKeys(): Set<string> {
    const { tables, plan } = this.world;
    if (plan.delivery.onDeadLetter !== 'park') return new Set();
    const dead = tables.all().filter(({ status, key }) => status === 'dlq' && key !== null);
    return new Set(dead.map(keyOf));
  }

  /** The parked keys, and those of every transaction that waits because one of its keys does. */
  private heldKeys(parked: ReadonlySet<string>): Set<string> {
    const held = new Set(parked);
    const waiting = this.world.tables.all().filter(({ status }) => status === 'pending');
    for (let before = -1; before < held.size;) {
      before = held.size;
      for (const { transaction, topic, key, messageId } of waiting) {
        if (transaction === null || !held.has(keyOf({ topic, key, messageId }))) continue;
        for (const one of waiting) {
          if (one.transaction?.id === transaction.id) held.add(keyOf(one));
        }
      }
    }
    return held;
  }

  private stops(): string[] {
    const pipelines = this.world.owners.flatMap(({ relay }) => relay.snapshot().pipelines);
    return pipelines.flatMap(({ name, stoppedBy }) =>
      stoppedBy === null ? [] : [`${name} has stopped: ${stoppedBy}`],
    );
  }
}

function keyOf({ messageId, topic, key }: Pick<MemoryRow, 'messageId' | 'topic' | 'key'>): string {
  return key === null ? `#${messageId}` : `${topic} ${key.toString()}`;
}
