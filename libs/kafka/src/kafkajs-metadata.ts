import { kafkaErrorNumber } from './kafkajs-error.js';
import type { ClusterMetadata, ProducerCluster } from './kafkajs-cluster.js';

type Leaders = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * What a producer knows of topics, in the place of what kafkajs does about it:
 * - kafkajs asks for every topic that it knows whenever it meets a new one. Here one request names the new topics
 *   of a batch, and nothing else.
 * - Its questions overlap, and the answer that comes last takes the place of all that was known: a topic that was
 *   learned a moment ago is gone, and sending to it fails as if it did not exist. With two new topics in a batch
 *   that is a matter of luck; with 1,000 topics every second transaction failed of it, its producer was thrown
 *   away, and learning began again (measured). Here one question is under way at a time.
 * - Before each request it looks for every known topic in the list of all of them.
 */
export class ProducerMetadata {
  private questions: Promise<unknown> = Promise.resolve();
  private indexed: ClusterMetadata | null = null;
  private leaders: Leaders = new Map();

  constructor(private readonly cluster: ProducerCluster) {
    const { brokerPool: pool, targetTopics } = cluster;
    const refresh = pool.refreshMetadata.bind(pool);
    // All that is wanted when its turn comes, or it would forget what was learned meanwhile.
    pool.refreshMetadata = (topics) =>
      this.inTurn(() => refresh([...new Set([...topics, ...targetTopics])]));
    pool.refreshMetadataIfNecessary = async (topics) => {
      const known = this.index();
      if (!this.isOld() && topics.every((topic) => known.has(topic))) return;
      await pool.refreshMetadata(topics);
    };
  }

  /**
   * Asks for those topics that are not known yet, in one request. A topic that the cluster does not have stays
   * unknown: the send that needs it is refused by itself.
   */
  async learn(topics: readonly string[]): Promise<void> {
    const { targetTopics } = this.cluster;
    const wanted = topics.filter((topic) => !targetTopics.has(topic));
    if (wanted.length === 0) return;
    await this.inTurn(async () => {
      const missing = wanted.filter((topic) => !this.has(topic));
      if (missing.length > 0) await this.ask(missing).catch(unlessRefused);
      // kafkajs has nothing to ask about a topic that is in this list.
      for (const topic of wanted) if (this.has(topic)) targetTopics.add(topic);
    });
  }

  /** The node that leads a partition; null when the partition is not known or nobody leads it. */
  leaderOf(topic: string, partition: number): number | null {
    const leader = this.index().get(topic)?.get(partition) ?? -1;
    return leader < 0 ? null : leader;
  }

  private has(topic: string): boolean {
    return (this.index().get(topic)?.size ?? 0) > 0;
  }

  private isOld(): boolean {
    const { metadata, metadataExpireAt } = this.cluster.brokerPool;
    return metadata === null || metadataExpireAt === null || Date.now() > metadataExpireAt;
  }

  private async ask(topics: readonly string[]): Promise<void> {
    const { brokerPool: pool } = this.cluster;
    const broker = await pool.findConnectedBroker();
    const answer = await broker.metadata(topics);
    const before = pool.metadata ?? answer;
    const asked = new Set(topics);
    const others = before.topicMetadata.filter(({ topic }) => !asked.has(topic));
    pool.metadata = { ...before, topicMetadata: [...others, ...answer.topicMetadata] };
  }

  private inTurn<T>(question: () => Promise<T>): Promise<T> {
    const answer = this.questions.then(question);
    this.questions = answer.catch(() => {
      // Whoever asked is told; the next question is another one.
    });
    return answer;
  }

  /** Made anew only when the metadata was: looking topics up one by one in a list of all takes too long. */
  private index(): Leaders {
    const { metadata } = this.cluster.brokerPool;
    if (metadata === this.indexed) return this.leaders;
    this.indexed = metadata;
    this.leaders = new Map(
      metadata?.topicMetadata.map(({ topic, partitionMetadata }) => [
        topic,
        new Map(partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader])),
      ]),
    );
    return this.leaders;
  }
}

/** Asked for a single topic that it does not have, or does not give, Kafka answers with an error. */
function unlessRefused(error: unknown): void {
  if (kafkaErrorNumber(error) === null) throw error;
}
