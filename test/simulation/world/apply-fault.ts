import { NODES } from '../kafka-model/cluster.js';
import type { Incarnation } from './incarnation.js';
import { FAIR } from './network.js';
import type { Fault } from './plan-faults.js';
import { HEALTHY_STORAGE, type World } from './world.js';

const TAKE_OVER_MS = [1, 3_000] as const;
/** The longest that an operator waits between two letters. */
const GAP_MS = 4;

/** Sets a fault going; crashes are the run's own, which counts the steps. */
export function applyFault(world: World, fault: Exclude<Fault, { kind: 'crash' }>): void {
  const { scheduler } = world;
  scheduler.after(fault.at, `fault: ${fault.kind}`, () => {
    begin(world, fault);
    if (!('forMs' in fault)) return;
    scheduler.after(fault.forMs, `end of fault: ${fault.kind}`, () => end(world, fault));
  });
}

function begin(world: World, fault: Exclude<Fault, { kind: 'crash' }>): void {
  const { cluster } = world.kafka;
  switch (fault.kind) {
    case 'restart':
      return restart(world);
    case 'pause':
      return pause(world, fault.forMs, fault.takeover);
    case 'weather':
      world.network.weather = fault.weather;
      return;
    case 'storage':
      world.storage = fault.weather;
      return;
    case 'node':
      return cluster.setNode(fault.node, fault.state);
    case 'outage':
      for (const node of NODES) cluster.setNode(node, fault.state);
      return;
    case 'sick': {
      const partition = cluster.topics.get(fault.topic)?.partitions[fault.partition];
      if (partition !== undefined) partition.sickness = fault.sickness;
      return;
    }
    case 'moves':
      return moves(world);
    case 'unauthorized': {
      const topic = cluster.topics.get(fault.topic);
      if (topic !== undefined) topic.authorized = false;
      return;
    }
    case 'operator':
      return operate(world, fault.does);
    default:
      return fault satisfies never;
  }
}

function end(world: World, fault: Exclude<Fault, { kind: 'crash' }>): void {
  const { cluster } = world.kafka;
  switch (fault.kind) {
    case 'weather':
      world.network.weather = FAIR;
      return;
    case 'storage':
      world.storage = HEALTHY_STORAGE;
      return;
    case 'node':
      return cluster.setNode(fault.node, 'up');
    case 'outage':
      for (const node of NODES) cluster.setNode(node, 'up');
      return;
    case 'sick': {
      const partition = cluster.topics.get(fault.topic)?.partitions[fault.partition];
      if (partition !== undefined) partition.sickness = null;
      return;
    }
    case 'unauthorized': {
      const topic = cluster.topics.get(fault.topic);
      if (topic !== undefined) topic.authorized = true;
      return;
    }
    case 'restart':
    case 'pause':
    case 'moves':
    case 'operator':
      return;
    default:
      return fault satisfies never;
  }
}

function restart(world: World): void {
  const owner = world.anyOwner();
  if (owner === null || !owner.process.running) return;
  void stopAndStart(world, owner);
}

async function stopAndStart(world: World, owner: Incarnation): Promise<void> {
  await owner.relay.stop();
  await owner.store.close();
  if (world.ownerAt(owner.place) !== owner) return;
  world.seen('a process was stopped in good order');
  owner.process.kill();
  world.startProcess(owner.place);
}

function pause(world: World, forMs: number, takeover: boolean): void {
  const { scheduler } = world;
  const owner = world.anyOwner();
  if (owner === null || !owner.process.running) return;
  owner.process.pause();
  scheduler.after(forMs, `${owner.process.name} goes on`, () => {
    if (owner.process.alive) world.seen('a paused process went on');
    owner.process.resume();
  });
  // Those that share the database take over by themselves.
  if (!takeover || world.bus !== null) return;
  const [soonest, latest] = TAKE_OVER_MS;
  scheduler.after(scheduler.random.span(soonest, latest), 'take-over', () => {
    if (world.ownerAt(owner.place) !== owner || owner.process.running) return;
    world.seen('a paused process was taken over from');
    owner.lockOut();
    world.startProcess(owner.place);
  });
}

function moves(world: World): void {
  const { cluster } = world.kafka;
  const { random } = world.scheduler;
  for (const { partitions } of cluster.topics.values()) {
    for (const partition of partitions) if (random.chance(0.5)) cluster.moveLeader(partition);
  }
  for (const key of cluster.coordinatorNames()) {
    if (random.chance(0.5)) cluster.moveCoordinator(key);
  }
}

/** Everything that is dead now is replayed, or discarded, one after the other. What fails is not repeated. */
export function operate(world: World, does: 'replay' | 'discard'): void {
  const { tables, scheduler } = world;
  const owner = world.anyOwner();
  if (owner === null || !owner.process.running) return;
  let wait = 0;
  for (const { messageId, status } of tables.all()) {
    if (status !== 'dlq') continue;
    wait += scheduler.random.span(0, GAP_MS);
    owner.operations++;
    scheduler.after(wait, `operator: ${does} ${messageId}`, () => {
      void ask(world, owner, messageId, does);
    });
  }
}

async function ask(
  world: World,
  owner: Incarnation,
  messageId: string,
  does: 'replay' | 'discard',
): Promise<void> {
  try {
    if (!owner.process.running) return;
    if (does === 'replay') await owner.store.replay(messageId, { actor: 'operator' });
    else await owner.store.discard(messageId);
    world.seen(`a dead letter was ${does}ed`);
  } catch {
    // It is not a dead letter any more, or the database has failed.
  } finally {
    owner.operations--;
  }
}
