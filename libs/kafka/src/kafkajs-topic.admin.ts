import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { AdminConnection } from './admin-connection.js';
import { addPartitions, deleteTopic, refusal } from './change-topic.js';
import { createTopic } from './create-topic.js';
import { KafkaError } from './kafka.error.js';
import { toKafkaError } from './kafkajs-error.js';
import {
  TopicAdmin,
  type ClusterView,
  type NewTopic,
  type PartitionBounds,
  type TopicDescription,
  type TopicOverview,
  type TopicSetting,
} from './ports.js';
import { durabilityFaults } from './durability.js';
import { partitionBounds, partitionsOf, topicOverviews, topicSettings } from './look-at-topic.js';
import { TopicCache, type TopicFacts } from './topic-cache.js';

const PROBE_MS = 3_000;
/** Topics that are remembered as warned about. */
const MAX_WARNED = 1_000;
const PROBE_TOPIC = '__consumer_offsets';
/** Two probes missed, and what is in flight: after this the cluster is out of reach. */
const REACHABLE_MS = 10_000;

/** The settings that decide whether an acknowledged record can be lost or refused. */
const DURABILITY_SETTINGS: readonly string[] = [
  'min.insync.replicas',
  'unclean.leader.election.enable',
  'max.message.bytes',
  'message.timestamp.type',
  'cleanup.policy',
  'retention.ms',
  'compression.type',
];

/** A question about a topic that is under way. */
interface Question {
  /** Null when the cluster cannot be asked. Never rejects. */
  readonly answer: Promise<TopicFacts | null>;
  /** From `performance.now()`. */
  readonly askedAt: number;
}

export class KafkaJsTopicAdmin extends TopicAdmin {
  private readonly logger = new Logger(KafkaJsTopicAdmin.name);
  private readonly cache = new TopicCache();
  private readonly warned = new Set<string>();
  private readonly asking = new Map<string, Question>();
  private lastAnswerAt = 0;
  private lastProbeFailed = false;
  private readonly stopped = new AbortController();
  private readonly probing: Promise<void>;

  constructor(private readonly connection: AdminConnection) {
    super();
    this.probing = this.probe();
  }

  async list(): Promise<readonly string[]> {
    const names = await this.ask('list topics', (admin) => admin.listTopics());
    return [...names].toSorted();
  }

  async describe(topic: string): Promise<TopicDescription> {
    const metadata = await this.ask(`describe ${topic}`, (admin) =>
      admin.fetchTopicMetadata({ topics: [topic] }),
    );
    const config = await this.config(topic);
    const partitions = partitionsOf(metadata.topics[0]?.partitions ?? []);
    return { topic, partitions, config };
  }

  overviews(): Promise<readonly TopicOverview[]> {
    return this.ask('list topics', topicOverviews);
  }

  settings(topic: string): Promise<readonly TopicSetting[]> {
    return this.ask(`settings of ${topic}`, (admin) => topicSettings(admin, topic));
  }

  bounds(topic: string, partition: number): Promise<PartitionBounds> {
    return this.ask(`offsets of ${topic}`, (admin) => partitionBounds(admin, topic, partition));
  }

  async delete(topic: string): Promise<void> {
    await this.ask(`delete ${topic}`, (admin) => deleteTopic(admin, topic));
    this.forget(topic);
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await this.ask(`add partitions to ${topic}`, (admin) => addPartitions(admin, topic, count));
    this.forget(topic);
  }

  async create(wanted: NewTopic): Promise<void> {
    const { topic } = wanted;
    let created: boolean;
    try {
      created = await this.ask(`create ${topic}`, (admin) => createTopic(admin, wanted));
    } catch (error) {
      throw refusal(error);
    }
    this.forget(topic);
    if (!created) {
      throw new KafkaError(
        { code: 'topic_exists', scope: 'topic', retryable: false, outcome: 'not-written' },
        `the topic ${topic} exists already`,
      );
    }
  }

  async cluster(): Promise<ClusterView> {
    const { clusterId, brokers, controller } = await this.ask('describe cluster', (admin) =>
      admin.describeCluster(),
    );
    return { clusterId, brokers, controller };
  }

  cachedPartitions(topic: string, maxAgeMs = Number.POSITIVE_INFINITY): number | null {
    const known = this.cache.get(topic);
    const old = known !== null && known.ageMs > maxAgeMs;
    if (known === null || known.stale || old) this.refresh(topic);
    return known === null || old ? null : known.facts.partitions;
  }

  cachedMaxBytes(topic: string): number | null {
    return this.cache.get(topic)?.facts.maxBytes ?? null;
  }

  async lookupPartitions(
    topic: string,
    withinMs: number,
    maxAgeMs?: number,
  ): Promise<number | null> {
    const known = this.cachedPartitions(topic, maxAgeMs);
    if (known !== null) return known;
    // The time runs from when the question was put: a cluster that does not answer holds up one caller, not each.
    const { answer, askedAt } = this.refresh(topic);
    const left = Math.max(0, withinMs - (performance.now() - askedAt));
    const facts = await Promise.race([answer, pause(left, null, { ref: false })]);
    return facts === null ? this.cachedPartitions(topic) : facts.partitions;
  }

  forget(topic: string): void {
    this.cache.forget(topic);
  }

  reachable(): boolean {
    return !this.lastProbeFailed && Date.now() - this.lastAnswerAt < REACHABLE_MS;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.probing;
    await this.connection.close();
  }

  private async ask<T>(what: string, call: (admin: Admin) => Promise<T>): Promise<T> {
    const answer = await this.connection.run(what, call);
    this.lastAnswerAt = Date.now();
    return answer;
  }

  /** One question a topic at a time. */
  private refresh(topic: string): Question {
    const running = this.asking.get(topic);
    if (running !== undefined) return running;
    const answer = this.facts(topic).finally(() => this.asking.delete(topic));
    const question = { answer, askedAt: performance.now() };
    this.asking.set(topic, question);
    return question;
  }

  private async facts(topic: string): Promise<TopicFacts | null> {
    try {
      const metadata = await this.ask(`describe ${topic}`, (admin) =>
        admin.fetchTopicMetadata({ topics: [topic] }),
      );
      const partitions = metadata.topics[0]?.partitions.length ?? 0;
      const config = await this.config(topic);
      this.warnOnce(topic, config);
      const maxBytes = Number(config['max.message.bytes'] ?? Number.NaN);
      const facts = { partitions, maxBytes: Number.isInteger(maxBytes) ? maxBytes : null };
      this.cache.put(topic, facts);
      return facts;
    } catch (error) {
      const { code } = toKafkaError(error, 'describe');
      if (code !== 'unknown_topic' && code !== 'invalid_topic') return null;
      const missing = { partitions: 0, maxBytes: null };
      this.cache.put(topic, missing);
      return missing;
    }
  }

  /** Needs a right of its own (DescribeConfigs); without it the bridge works, it only knows less. */
  private async config(topic: string): Promise<Record<string, string>> {
    try {
      const { resources } = await this.ask(`settings of ${topic}`, (admin) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: topic,
              configNames: [...DURABILITY_SETTINGS],
            },
          ],
        }),
      );
      const entries = resources[0]?.configEntries ?? [];
      return Object.fromEntries(
        entries.map(({ configName, configValue }) => [configName, configValue]),
      );
    } catch {
      return {};
    }
  }

  /** A topic that may lose what it has acknowledged is its owner's choice, but nobody should have made it unawares. */
  private warnOnce(topic: string, config: Readonly<Record<string, string>>): void {
    const faults = durabilityFaults(config);
    if (faults.length === 0 || this.warned.has(topic)) return;
    if (this.warned.size < MAX_WARNED) this.warned.add(topic);
    this.logger.warn(`${topic} may lose acknowledged records: ${faults.join(', ')}`);
  }

  /** Keeps `reachable` true to life while nobody asks anything. */
  private async probe(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        // One small topic: describing the cluster would fetch the metadata of every topic in it.
        await this.ask('probe', (admin) => admin.fetchTopicMetadata({ topics: [PROBE_TOPIC] }));
        this.lastProbeFailed = false;
      } catch (error) {
        // A refusal is an answer: the topic may be missing or not for us.
        this.lastProbeFailed = !(error instanceof KafkaError) || error.scope !== 'topic';
        if (!this.lastProbeFailed) this.lastAnswerAt = Date.now();
      }
      await pause(PROBE_MS, undefined, { signal: this.stopped.signal }).catch(() => {
        // Stopped: the loop ends.
      });
    }
  }
}
