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

/** A broker may not have heard yet of what was changed a moment ago. */
const HEARD_WITHIN_MS = 5_000;
const HEARD_POLL_MS = 50;

/** A topic that was made or got partitions here: until then (epoch ms) no broker is believed that knows less. */
interface Changed {
  readonly until: number;
  readonly partitions: number;
}

/** A question about a topic that is under way. */
interface Question {
  /** Null when the cluster cannot be asked. Never rejects. */
  readonly answer: Promise<TopicFacts | null>;
  /** From `performance.now()`. */
  readonly askedAt: number;
}

const GONE: TopicFacts = { partitions: 0, maxBytes: null };
const NEVER_CHANGED: Changed = { until: 0, partitions: 0 };

export class KafkaJsTopicAdmin extends TopicAdmin {
  private readonly logger = new Logger(KafkaJsTopicAdmin.name);
  private readonly cache = new TopicCache();
  private readonly warned = new Set<string>();
  private readonly asking = new Map<string, Question>();
  private readonly changed = new Map<string, Changed>();
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
    const partitions = partitionsOf(await this.metadataOf(topic));
    return { topic, partitions, config: await this.config(topic) };
  }

  overviews(): Promise<readonly TopicOverview[]> {
    return this.ask('list topics', topicOverviews);
  }

  settings(topic: string): Promise<readonly TopicSetting[]> {
    return this.heard(topic, () =>
      this.ask(`settings of ${topic}`, (admin) => topicSettings(admin, topic)),
    );
  }

  bounds(topic: string, partition: number): Promise<PartitionBounds> {
    return this.heard(topic, () =>
      this.ask(`offsets of ${topic}`, (admin) => partitionBounds(admin, topic, partition)),
    );
  }

  async delete(topic: string): Promise<void> {
    this.changed.delete(topic);
    await this.ask(`delete ${topic}`, (admin) => deleteTopic(admin, topic));
    this.cache.put(topic, GONE);
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await this.heard(topic, () =>
      this.ask(`add partitions to ${topic}`, (admin) => addPartitions(admin, topic, count)),
    );
    this.forget(topic);
    this.noteChanged(topic, count);
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
    // At least one partition: how many the brokers make by themselves is not known.
    if (wanted.validateOnly !== true) this.noteChanged(topic, wanted.partitions ?? 1);
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

  refusalOf(topic: string): KafkaError | null {
    return this.cache.refusalOf(topic);
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
      const partitions = (await this.metadataOf(topic)).length;
      const config = await this.config(topic);
      this.warnOnce(topic, config);
      const maxBytes = Number(config['max.message.bytes'] ?? Number.NaN);
      const facts = { partitions, maxBytes: Number.isInteger(maxBytes) ? maxBytes : null };
      this.cache.put(topic, facts);
      return facts;
    } catch (error) {
      const known = toKafkaError(error, `describe ${topic}`);
      if (known.code === 'topic_not_authorized') this.cache.refuse(topic, known);
      if (known.code !== 'unknown_topic' && known.code !== 'invalid_topic') return null;
      this.cache.put(topic, GONE);
      return GONE;
    }
  }

  private async metadataOf(topic: string) {
    return this.heard(
      topic,
      async () => {
        const { topics } = await this.ask(`describe ${topic}`, (admin) =>
          admin.fetchTopicMetadata({ topics: [topic] }),
        );
        return topics[0]?.partitions ?? [];
      },
      (partitions, least) => partitions.length >= least,
    );
  }

  /**
   * Asks again while the answer is that of a broker which has not heard of a change that was made here.
   * @param knows whether an answer is that of one which has.
   */
  private async heard<T>(
    topic: string,
    ask: () => Promise<T>,
    knows: (answer: T, partitions: number) => boolean = () => true,
  ): Promise<T> {
    for (;;) {
      const { until, partitions } = this.changed.get(topic) ?? NEVER_CHANGED;
      const isFresh = Date.now() < until;
      try {
        const answer = await ask();
        if (!isFresh || knows(answer, partitions)) return answer;
      } catch (error) {
        if (!isFresh || toKafkaError(error, 'ask').code !== 'unknown_topic') throw error;
      }
      await pause(HEARD_POLL_MS);
    }
  }

  private noteChanged(topic: string, partitions: number): void {
    const now = Date.now();
    for (const [name, { until }] of this.changed) if (until < now) this.changed.delete(name);
    this.changed.set(topic, { until: now + HEARD_WITHIN_MS, partitions });
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
