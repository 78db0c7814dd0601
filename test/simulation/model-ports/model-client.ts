import type { KafkaModel } from '../kafka-model/kafka-model.js';
import { NODES } from '../kafka-model/cluster.js';
import { ProtocolRefusal, REFUSED } from '../kafka-model/protocol.js';
import { Connections, NoAnswer, type Network } from '../world/network.js';
import type { SimulatedProcess } from '../world/process.js';
import type { VirtualClock } from '../world/virtual-clock.js';

/** What every port needs: the model, the way to it, and who asks. */
export interface ModelSite {
  readonly kafka: KafkaModel;
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly clock: VirtualClock;
}

/** One client instance with its connections and its view of the cluster, which may grow old. */
export class ModelClient {
  private readonly connections: Connections;
  /** Leaders by topic and partition; null is a partition without one. */
  private readonly leaders = new Map<string, readonly (number | null)[]>();

  constructor(readonly site: ModelSite) {
    this.connections = new Connections(site.network, site.process);
  }

  call<T>(node: number, what: string, serve: () => T): Promise<T> {
    return this.connections.call(node, what, serve);
  }

  /** Asks a node that answers, whichever it is. @throws NoAnswer when none can be reached. */
  async ask<T>(what: string, serve: () => T): Promise<T> {
    const { cluster } = this.site.kafka;
    const { random } = this.site.network.scheduler;
    const reachable = NODES.filter((node) => cluster.stateOf(node) !== 'down');
    if (reachable.length === 0) return this.call(random.pick(NODES), what, serve);
    return this.call(random.pick(reachable), what, serve);
  }

  /** The leaders of a topic, as they were when this client asked first. */
  async leadersOf(topic: string): Promise<readonly (number | null)[]> {
    const known = this.leaders.get(topic);
    if (known !== undefined) return known;
    const found = await this.ask(`metadata of ${topic}`, () => this.metadata(topic));
    this.leaders.set(topic, found);
    return found;
  }

  drop(): void {
    this.connections.drop();
  }

  private metadata(topic: string): (number | null)[] {
    const known = this.site.kafka.cluster.topics.get(topic);
    if (known === undefined) throw new ProtocolRefusal(REFUSED.unknownTopicOrPartition);
    return known.partitions.map(({ leader, sickness }) =>
      sickness === 'leaderless' ? null : leader,
    );
  }
}

/** What the client throws when its metadata names no leader. */
export function noLeader(): Error {
  return new NoAnswer('There is no broker with the id -1.');
}
