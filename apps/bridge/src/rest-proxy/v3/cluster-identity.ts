import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { TopicAdmin } from '@bridge/kafka';
import { ProblemError } from '../../problem/index.js';

const ASK_MS = 1_000;

/** Whether a path names the cluster that the bridge delivers to. */
@Injectable()
export class ClusterIdentity {
  private known: string | null = null;
  private asking: Promise<string | null> | null = null;

  constructor(private readonly topics: TopicAdmin) {}

  /**
   * Takes any id while Kafka has been out of reach since the start: a record must be accepted then, and there is
   * no other cluster that it could be meant for.
   * @throws ProblemError `unknown_cluster`.
   */
  async check(clusterId: string): Promise<void> {
    if (clusterId === this.known) return;
    const asked = await this.ask();
    if (asked === null && this.known === null) return;
    if (clusterId !== this.known) throw unknownCluster(clusterId);
  }

  private async ask(): Promise<string | null> {
    if (!this.topics.reachable()) return null;
    this.asking ??= this.lookUp().finally(() => {
      this.asking = null;
    });
    return Promise.race([this.asking, pause(ASK_MS, null, { ref: false })]);
  }

  private async lookUp(): Promise<string | null> {
    try {
      const { clusterId } = await this.topics.cluster();
      this.known = clusterId;
      return clusterId;
    } catch {
      // Kafka says so itself to whoever needs more of it than its name.
      return null;
    }
  }
}

export function unknownCluster(clusterId: string): ProblemError {
  return new ProblemError('unknown_cluster', `Cluster ${clusterId} cannot be found.`);
}
