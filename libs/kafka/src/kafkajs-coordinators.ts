import type { ClusterBroker, CoordinatorQuestion, ProducerCluster } from './kafkajs-cluster.js';

/**
 * kafkajs asks who the coordinator is before every step of a transaction, four times for each, as if it were another
 * one each time. Here it is asked once a connection, as by Java's client. When it has moved, the step is refused
 * and, as after every error, the whole producer is thrown away.
 */
export function rememberCoordinators(cluster: ProducerCluster): void {
  const find = cluster.findGroupCoordinator.bind(cluster);
  const known = new Map<string, ClusterBroker>();
  cluster.findGroupCoordinator = async (question) => {
    const name = nameOf(question);
    const before = known.get(name);
    if (before?.isConnected() === true) return before;
    const found = await find(question);
    known.set(name, found);
    return found;
  };
}

function nameOf({ groupId, coordinatorType = 0 }: CoordinatorQuestion): string {
  return `${coordinatorType} ${groupId}`;
}
