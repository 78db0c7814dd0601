import { AdminConnection } from './admin-connection.js';
import { KafkaError } from './kafka.error.js';
import { Ledger, type LedgerSlot } from './ports.js';

const REPLICATION_FACTOR = 3;
const MIN_IN_SYNC = 2;

export class KafkaJsLedger extends Ledger {
  constructor(private readonly admin: AdminConnection) {
    super();
  }

  async prepare(topic: string, partitions: number): Promise<void> {
    const names = await this.admin.run('list topics', (admin) => admin.listTopics());
    if (names.includes(topic)) return;
    const { brokers } = await this.admin.run('describe cluster', (a) => a.describeCluster());
    const replicationFactor = Math.min(REPLICATION_FACTOR, brokers.length);
    const minInSync = Math.min(MIN_IN_SYNC, replicationFactor);
    await this.admin.run(`create ${topic}`, (admin) =>
      admin.createTopics({
        waitForLeaders: true,
        timeout: 5_000,
        topics: [
          {
            topic,
            numPartitions: partitions,
            replicationFactor,
            configEntries: [{ name: 'min.insync.replicas', value: String(minInSync) }],
          },
        ],
      }),
    );
  }

  async read({ group, topic, partition }: LedgerSlot): Promise<number | null> {
    const answer = await this.admin.run('read ledger', (admin) =>
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
    );
    const entry = answer[0]?.partitions.find((one) => one.partition === partition);
    if (entry === undefined) {
      throw new KafkaError(
        { code: 'incomplete_answer', scope: 'cluster', retryable: true, outcome: 'not-written' },
        `the ledger ${topic} has no partition ${partition}`,
      );
    }
    const offset = Number(entry.offset);
    return offset < 0 ? null : offset;
  }
}
