import type { Scheduler } from '../world/scheduler.js';
import { PartitionLog } from './partition-log.js';
import { ProtocolRefusal, REFUSED, type TopicPartitionName } from './protocol.js';

/** What ails one partition beside the state of the nodes. */
export type Sickness = 'leaderless' | 'few-replicas' | null;

export interface ModelPartition {
  readonly log: PartitionLog;
  leader: number;
  sickness: Sickness;
}

export interface ModelTopic {
  readonly name: string;
  readonly partitions: ModelPartition[];
  maxBytes: number;
  authorized: boolean;
}

/** `frozen`: it takes requests and answers none until it is thawed. */
export type NodeState = 'up' | 'frozen' | 'down';

export const NODES: readonly number[] = [1, 2, 3];
const MIN_IN_SYNC = 2;
/** How long the cluster takes to see that a node is gone. Milliseconds. */
const DETECTION_MS = [200, 9_000] as const;

/** Nodes, leaders, coordinators and topics. */
export class Cluster {
  readonly topics = new Map<string, ModelTopic>();
  private readonly states = new Map<number, NodeState>(NODES.map((node) => [node, 'up']));
  /** Nodes that the cluster believes to be in sync. */
  private inSync = new Set(NODES);
  private readonly coordinators = new Map<string, number>();
  /** Called with the coordinator's name when it has moved. */
  onCoordinatorMoved: (key: string) => void = () => undefined;

  constructor(private readonly scheduler: Scheduler) {}

  createTopic(name: string, partitions: number, maxBytes: number): ModelTopic {
    const { random } = this.scheduler;
    const topic: ModelTopic = {
      name,
      maxBytes,
      authorized: true,
      partitions: Array.from({ length: partitions }, () => ({
        log: new PartitionLog(),
        leader: random.pick(NODES),
        sickness: null,
      })),
    };
    this.topics.set(name, topic);
    return topic;
  }

  stateOf(node: number): NodeState {
    return this.states.get(node) ?? 'down';
  }

  get upNodes(): number[] {
    return NODES.filter((node) => this.stateOf(node) === 'up');
  }

  setNode(node: number, state: NodeState): void {
    this.states.set(node, state);
    if (state === 'up') {
      this.inSync.add(node);
      this.leadersElsewhere();
      return;
    }
    const [soonest, latest] = DETECTION_MS;
    this.scheduler.after(this.scheduler.random.span(soonest, latest), `loss of ${node}`, () => {
      if (this.stateOf(node) === 'up') return;
      this.inSync.delete(node);
      this.leadersElsewhere();
    });
  }

  /** Everything well again, leaders where they can be written. */
  heal(): void {
    for (const node of NODES) this.states.set(node, 'up');
    this.inSync = new Set(NODES);
    for (const { partitions } of this.topics.values()) {
      for (const partition of partitions) partition.sickness = null;
    }
  }

  coordinatorOf(key: string): number {
    const known = this.coordinators.get(key);
    if (known !== undefined) return known;
    const chosen = this.scheduler.random.pick(NODES);
    this.coordinators.set(key, chosen);
    return chosen;
  }

  moveCoordinator(key: string): void {
    const others = this.upNodes.filter((node) => node !== this.coordinators.get(key));
    if (others.length === 0) return;
    this.coordinators.set(key, this.scheduler.random.pick(others));
    this.onCoordinatorMoved(key);
  }

  moveLeader(partition: ModelPartition): void {
    const others = this.upNodes.filter((node) => node !== partition.leader);
    if (others.length > 0) partition.leader = this.scheduler.random.pick(others);
  }

  /** @throws ProtocolRefusal when this node does not coordinate it, or cannot write down what it decides. */
  checkCoordinator(node: number, key: string): void {
    if (this.coordinatorOf(key) !== node) throw new ProtocolRefusal(REFUSED.notCoordinator);
    if (this.inSync.size < MIN_IN_SYNC) {
      throw new ProtocolRefusal(REFUSED.coordinatorNotAvailable);
    }
  }

  /** @throws ProtocolRefusal `unknownTopicOrPartition`. */
  find({ topic, partition }: TopicPartitionName): ModelPartition {
    const found = this.topics.get(topic)?.partitions[partition];
    if (found === undefined) throw new ProtocolRefusal(REFUSED.unknownTopicOrPartition);
    return found;
  }

  /** Whether a request can be written to this partition now. */
  isWritable(partition: ModelPartition): boolean {
    const { leader, sickness } = partition;
    return (
      this.stateOf(leader) === 'up' &&
      sickness === null &&
      this.inSync.size >= MIN_IN_SYNC &&
      this.acknowledges
    );
  }

  /** Whether every in-sync replica answers: if not, a request is written on the leader and not acknowledged. */
  get acknowledges(): boolean {
    return [...this.inSync].every((node) => this.stateOf(node) === 'up');
  }

  get enoughInSync(): boolean {
    return this.inSync.size >= MIN_IN_SYNC;
  }

  /** Everything that has a coordinator: transactional ids and groups. */
  coordinatorNames(): string[] {
    return [...this.coordinators.keys()];
  }

  private leadersElsewhere(): void {
    for (const { partitions } of this.topics.values()) {
      for (const partition of partitions) {
        if (this.stateOf(partition.leader) !== 'up') this.moveLeader(partition);
      }
    }
    for (const [key, node] of this.coordinators) {
      if (this.stateOf(node) !== 'up') this.moveCoordinator(key);
    }
  }
}
