import { AdminConnection } from './admin-connection.js';
import { createTopic } from './create-topic.js';
import { KafkaError } from './kafka.error.js';
import { Ledger, type LedgerNumber, type LedgerSlot } from './ports.js';

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
    const config = { 'min.insync.replicas': String(Math.min(MIN_IN_SYNC, replicationFactor)) };
    await this.admin.run(`create ${topic}`, (admin) =>
      createTopic(admin, { topic, partitions, replicationFactor, config }),
    );
  }

  async read({ group, topic, partition }: LedgerSlot): Promise<LedgerNumber | null> {
    // Inside the call, so that a client whose old metadata lacks the partition is thrown away with its answer.
    const entry = await this.admin.run('read ledger', async (admin) => {
      const answer = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const found = answer[0]?.partitions.find((one) => one.partition === partition);
      if (found !== undefined) return found;
      throw new KafkaError(
        { code: 'incomplete_answer', scope: 'cluster', retryable: true, outcome: 'not-written' },
        `the ledger ${topic} has no partition ${partition}`,
      );
    });
    const number = Number(entry.offset);
    return number < 0 ? null : { number, token: entry.metadata ?? '' };
  }
}
