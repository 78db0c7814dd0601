import { Injectable } from '@nestjs/common';
import { KafkaError, TopicAdmin, type TopicOverview, type TopicPartition } from '@bridge/kafka';
import { mayUse, type Caller } from '../access/index.js';
import { checkVisibleTopic, isHiddenTopic } from '../ingestion/index.js';
import { ProblemError, type RestProxyCode } from '../problem/index.js';

/** What the cluster says of its topics, without those that nobody sees through the bridge. */
@Injectable()
export class ClusterTopics {
  constructor(private readonly topics: TopicAdmin) {}

  async names(caller: Caller): Promise<readonly string[]> {
    return (await this.topics.list()).filter((topic) => isSeenBy(caller, topic));
  }

  async all(caller: Caller): Promise<readonly TopicOverview[]> {
    return (await this.topics.overviews()).filter(({ topic }) => isSeenBy(caller, topic));
  }

  /** @param missing the code of a topic that is not there, which differs from place to place. */
  async partitions(topic: string, missing: RestProxyCode): Promise<readonly TopicPartition[]> {
    return this.of(topic, missing, async () => (await this.topics.describe(topic)).partitions);
  }

  /** @throws ProblemError `unknown_partition`. */
  async partition(topic: string, number: number, missing: RestProxyCode): Promise<TopicPartition> {
    const partitions = await this.partitions(topic, missing);
    const found = partitions.find(({ partition }) => partition === number);
    if (found === undefined) throw new ProblemError('unknown_partition', 'Partition not found.');
    return found;
  }

  /** Asks about one topic; a name that no topic can have is that of a topic which is not there. */
  async of<T>(topic: string, missing: RestProxyCode, ask: () => Promise<T>): Promise<T> {
    try {
      checkVisibleTopic(topic);
      return await ask();
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new ProblemError('unknown_topic', missingText(topic, missing), {
        restProxy: missing,
        cause: error,
      });
    }
  }
}

function isSeenBy(caller: Caller, topic: string): boolean {
  return !isHiddenTopic(topic) && mayUse(caller, topic);
}

function isMissing(error: unknown): boolean {
  return (
    (error instanceof ProblemError && error.code === 'invalid_topic') ||
    (error instanceof KafkaError && ['unknown_topic', 'invalid_topic'].includes(error.code))
  );
}

function missingText(topic: string, missing: RestProxyCode): string {
  return missing === 40403
    ? 'This server does not host this topic-partition.'
    : `Topic ${topic} not found`;
}
