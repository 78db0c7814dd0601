import {
  KafkaError,
  TopicAdmin,
  type ClusterView,
  type NewTopic,
  type PartitionBounds,
  type TopicDescription,
  type TopicOverview,
  type TopicSetting,
} from '@bridge/kafka';
import { DEADLINES } from '../../../libs/kafka/src/kafkajs-client.js';
import { toKafkaError } from '../../../libs/kafka/src/kafkajs-error.js';
import { TopicCache, type TopicFacts } from '../../../libs/kafka/src/topic-cache.js';
import { ProtocolRefusal, REFUSED } from '../kafka-model/protocol.js';
import { within } from './deadline.js';
import { ModelClient, type ModelSite } from './model-client.js';

/** What only the HTTP edge asks, and no step of a delivery. */
const NOT_SIMULATED = 'The simulation has no HTTP edge.';

/** As the adapter: a cache in front, one question a topic at a time. */
export class ModelTopicAdmin extends TopicAdmin {
  private readonly cache: TopicCache;
  private readonly asking = new Map<string, Promise<TopicFacts | null>>();
  private client: ModelClient | null = null;

  constructor(private readonly site: ModelSite) {
    super();
    this.cache = new TopicCache(() => site.clock.now());
  }

  list(): Promise<readonly string[]> {
    const { topics } = this.site.kafka.cluster;
    return this.ask('list topics', () => [...topics.keys()].toSorted());
  }

  describe(topic: string): Promise<TopicDescription> {
    return this.ask(`describe ${topic}`, () => {
      const { partitions, maxBytes } = this.found(topic);
      return {
        topic,
        partitions: partitions.map(({ leader }, partition) => ({
          partition,
          leader,
          replicas: [1, 2, 3],
          inSyncReplicas: [1, 2, 3],
        })),
        config: { 'max.message.bytes': String(maxBytes) },
      };
    });
  }

  async create({ topic, partitions, config }: NewTopic): Promise<void> {
    const created = await this.ask(`create ${topic}`, () => {
      if (this.site.kafka.cluster.topics.has(topic)) return false;
      const maxBytes = config['max.message.bytes'];
      this.site.kafka.createTopic(
        topic,
        partitions ?? 1,
        maxBytes === undefined ? undefined : +maxBytes,
      );
      return true;
    });
    this.forget(topic);
    if (!created) {
      throw new KafkaError(
        { code: 'topic_exists', scope: 'topic', retryable: false, outcome: 'not-written' },
        `the topic ${topic} exists already`,
      );
    }
  }

  overviews(): Promise<readonly TopicOverview[]> {
    return Promise.reject(new Error(NOT_SIMULATED));
  }

  settings(): Promise<readonly TopicSetting[]> {
    return Promise.reject(new Error(NOT_SIMULATED));
  }

  bounds(): Promise<PartitionBounds> {
    return Promise.reject(new Error(NOT_SIMULATED));
  }

  delete(): Promise<void> {
    return Promise.reject(new Error(NOT_SIMULATED));
  }

  addPartitions(): Promise<void> {
    return Promise.reject(new Error(NOT_SIMULATED));
  }

  cluster(): Promise<ClusterView> {
    return this.ask('describe cluster', () => ({
      clusterId: 'model',
      brokers: this.site.kafka.cluster.upNodes.map((nodeId) => ({
        nodeId,
        host: 'model',
        port: nodeId,
      })),
      controller: 1,
    }));
  }

  cachedPartitions(topic: string, maxAgeMs = Number.POSITIVE_INFINITY): number | null {
    const known = this.cache.get(topic);
    const old = known !== null && known.ageMs > maxAgeMs;
    if (known === null || known.stale || old) void this.refresh(topic);
    return known === null || old ? null : known.facts.partitions;
  }

  /** The model has no rights that could be missing. */
  refusalOf(): null {
    return null;
  }

  cachedMaxBytes(topic: string): number | null {
    return this.cache.get(topic)?.facts.maxBytes ?? null;
  }

  lookupPartitions(topic: string, withinMs: number, maxAgeMs?: number): Promise<number | null> {
    const known = this.cachedPartitions(topic, maxAgeMs);
    if (known !== null) return Promise.resolve(known);
    return new Promise((resolve) => {
      const cancel = this.site.clock.after(withinMs, () => resolve(null));
      const asking = this.refresh(topic).finally(cancel);
      void asking.then((facts) => resolve(facts === null ? null : facts.partitions));
    });
  }

  forget(topic: string): void {
    this.cache.forget(topic);
  }

  reachable(): boolean {
    return this.site.kafka.cluster.upNodes.length > 0;
  }

  close(): Promise<void> {
    this.client?.drop();
    return Promise.resolve();
  }

  private refresh(topic: string): Promise<TopicFacts | null> {
    const running = this.asking.get(topic);
    if (running !== undefined) return running;
    const asking = this.facts(topic).finally(() => this.asking.delete(topic));
    this.asking.set(topic, asking);
    return asking;
  }

  private async facts(topic: string): Promise<TopicFacts | null> {
    try {
      const facts = await this.ask(`facts of ${topic}`, () => {
        const { partitions, maxBytes } = this.found(topic);
        return { partitions: partitions.length, maxBytes };
      });
      this.cache.put(topic, facts);
      return facts;
    } catch (error) {
      if ((error as KafkaError).code !== 'unknown_topic') return null;
      const missing = { partitions: 0, maxBytes: null };
      this.cache.put(topic, missing);
      return missing;
    }
  }

  private found(topic: string) {
    const found = this.site.kafka.cluster.topics.get(topic);
    if (found === undefined) throw new ProtocolRefusal(REFUSED.unknownTopicOrPartition);
    return found;
  }

  private async ask<T>(what: string, serve: () => T): Promise<T> {
    const client = (this.client ??= new ModelClient(this.site));
    try {
      return await within(this.site.clock, DEADLINES.call, what, client.ask(what, serve));
    } catch (error) {
      const known = toKafkaError(error, what);
      if (known.scope !== 'topic' && this.client === client) {
        this.client = null;
        client.drop();
      }
      throw known;
    }
  }
}
