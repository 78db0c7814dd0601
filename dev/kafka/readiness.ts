import type { Broker } from './broker.js';
import type { ClusterPicture } from './cluster-probe.js';

/**
 * Why the cluster is not well yet, in one sentence, or null when it is: every running broker lists all running
 * brokers, and every replica on a running broker is in sync.
 */
export function whatIsMissing(
  running: readonly Pick<Broker, 'id'>[],
  pictures: readonly ClusterPicture[],
): string | null {
  const ids = running.map(({ id }) => id);
  for (const { liveBrokers, topics } of pictures) {
    const absent = ids.filter((id) => !liveBrokers.includes(id));
    if (absent.length > 0) return `broker ${absent.join(', ')} is not in the cluster yet`;
    for (const { name, partitions } of topics) {
      for (const { partitionId, leader, replicas, isr } of partitions) {
        const place = `${name}-${partitionId}`;
        if (!ids.includes(leader)) return `${place} has no running leader`;
        const behind = replicas.filter((id) => ids.includes(id) && !isr.includes(id));
        if (behind.length > 0) return `${place} is not in sync on broker ${behind.join(', ')}`;
      }
    }
  }
  return null;
}
