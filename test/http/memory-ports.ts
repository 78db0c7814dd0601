import {
  KafkaError,
  TopicAdmin,
  type ClusterView,
  type KafkaErrorCode,
  type NewTopic,
  type PartitionBounds,
  type TopicDescription,
  type TopicOverview,
  type TopicSetting,
} from '@bridge/kafka';
import type { NewRecord, OutboxRecord, OutboxStore } from '@bridge/outbox';
import {
  DirectDelivery,
  RelayStatus,
  type RelaySnapshot,
  type Settlements,
} from '../../apps/bridge/src/relay/index.js';

export function kafkaError(code: KafkaErrorCode, message = `${code} at broker-1:9092`): KafkaError {
  return new KafkaError(
    { code, scope: 'topic', retryable: false, outcome: 'not-written' },
    message,
  );
}

/** How many partitions a topic has whose creator does not say. */
const BROKER_DEFAULT = 6;

/** A cluster's topics, by name and partition count. `down`: the cluster cannot be asked. */
export class MemoryTopics extends TopicAdmin {
  readonly partitions = new Map<string, number>();
  down = false;
  refuseCreation: KafkaError | null = null;
  /** What an older look has found; whoever wants a newer one is not told it. */
  readonly remembered = new Map<string, number>();
  /** What was asked to be created. */
  readonly wanted: NewTopic[] = [];

  list(): Promise<readonly string[]> {
    return this.answer(() => [...this.partitions.keys()].toSorted());
  }

  describe(topic: string): Promise<TopicDescription> {
    return this.answer(() => ({
      ...this.overview(topic),
      config: { 'min.insync.replicas': '1' },
    }));
  }

  create(wanted: NewTopic): Promise<void> {
    return this.answer(() => {
      const { topic, partitions, assignments, validateOnly } = wanted;
      if (this.partitions.has(topic)) throw kafkaError('topic_exists');
      if (this.refuseCreation !== null) throw this.refuseCreation;
      this.wanted.push(wanted);
      if (validateOnly !== true) {
        this.partitions.set(topic, assignments?.length ?? partitions ?? BROKER_DEFAULT);
      }
    });
  }

  overviews(): Promise<readonly TopicOverview[]> {
    return this.answer(() =>
      [...this.partitions.keys()].toSorted().map((topic) => this.overview(topic)),
    );
  }

  settings(topic: string): Promise<readonly TopicSetting[]> {
    return this.answer(() => {
      this.overview(topic);
      const setting = { isReadOnly: false, isSensitive: false };
      return [
        { ...setting, name: 'cleanup.policy', value: 'delete', source: 'DEFAULT_CONFIG' },
        { ...setting, name: 'retention.ms', value: '604800000', source: 'DYNAMIC_TOPIC_CONFIG' },
        { ...setting, name: 'secret', value: null, source: 'UNKNOWN', isSensitive: true },
      ];
    });
  }

  bounds(topic: string, partition: number): Promise<PartitionBounds> {
    return this.answer(() => {
      const { partitions } = this.overview(topic);
      if (partition >= partitions.length) throw kafkaError('invalid_partition');
      return { beginning: '0', end: '9007199254740991' };
    });
  }

  delete(topic: string): Promise<void> {
    return this.answer(() => {
      this.overview(topic);
      this.partitions.delete(topic);
    });
  }

  addPartitions(topic: string, count: number): Promise<void> {
    return this.answer(() => {
      if (count <= this.overview(topic).partitions.length) {
        throw kafkaError('topic_refused', 'INVALID_PARTITIONS: not more than there are');
      }
      this.partitions.set(topic, count);
    });
  }

  cluster(): Promise<ClusterView> {
    return this.answer(() => ({
      clusterId: 'memory',
      brokers: [{ nodeId: 1, host: 'localhost', port: 9092 }],
      controller: 1,
    }));
  }

  cachedPartitions(topic: string, maxAgeMs?: number): number | null {
    const remembered = this.remembered.get(topic);
    if (remembered !== undefined) return maxAgeMs === undefined ? remembered : null;
    return this.down ? null : (this.partitions.get(topic) ?? 0);
  }

  refusalOf(): null {
    return null;
  }

  lookupPartitions(topic: string): Promise<number | null> {
    return Promise.resolve(this.down ? null : (this.partitions.get(topic) ?? 0));
  }

  cachedMaxBytes(): number | null {
    return null;
  }

  forget(): void {
    // Nothing is cached: the topics themselves are in memory.
  }

  reachable(): boolean {
    return !this.down;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private overview(topic: string): TopicOverview {
    const count = this.partitions.get(topic);
    if (count === undefined) throw kafkaError('unknown_topic');
    const partitions = Array.from({ length: count }, (_, partition) => ({
      partition,
      leader: 1,
      replicas: [1, 2],
      inSyncReplicas: [1],
    }));
    return { topic, partitions };
  }

  private async answer<T>(make: () => T): Promise<T> {
    if (this.down) throw kafkaError('kafka_unavailable');
    return make();
  }
}

export class MemoryRelayStatus extends RelayStatus {
  isConnected = true;
  state: RelaySnapshot = {
    pipelines: [
      {
        name: 'main-0',
        state: 'idle',
        stoppedBy: null,
        waitingSince: null,
        lastErrorCode: null,
        lastError: null,
      },
    ],
    quarantined: [],
    blockedKeys: 0,
    sweepFailures: 0,
    lanes: 64,
    instances: 1,
  };

  snapshot(): RelaySnapshot {
    return this.state;
  }

  connected(): boolean {
    return this.isConnected;
  }
}

/** Takes every record, unless it is told to fail. */
export class MemoryDelivery extends DirectDelivery {
  readonly delivered: NewRecord[] = [];
  failWith: KafkaError | null = null;

  async deliver(record: NewRecord): Promise<{ partition: number; offset: string }> {
    if (this.failWith !== null) throw this.failWith;
    this.delivered.push(record);
    return { partition: record.partition ?? 0, offset: String(this.delivered.length - 1) };
  }
}

/** Moves accepted records by hand, through the real outbox: a test says when Kafka confirms and when it refuses. */
export class HandRelay {
  readonly accepted: OutboxRecord[] = [];
  private confirming = false;
  private offset = 100;

  constructor(
    private readonly store: OutboxStore,
    private readonly settlements: Settlements,
  ) {
    store.onAccepted((records) => {
      this.accepted.push(...records);
      if (this.confirming) void this.confirm(records);
    });
  }

  /** From now on every record is confirmed as soon as it is accepted. */
  confirmAll(): void {
    this.confirming = true;
  }

  /** Kafka commits these records, one after the other in one batch. */
  async confirm(records: readonly OutboxRecord[]): Promise<void> {
    const entries = records.map(({ id, topic, partition }) => ({
      id,
      topic,
      partition: partition ?? 0,
    }));
    await this.store.settle(
      entries.map(({ id, partition }) => ({ id, partition, offset: String(this.offset++) })),
    );
    for (const { messageId, id } of records) {
      const state = await this.store.find(messageId);
      if (state?.status !== 'sent') throw new Error(`${messageId} is not sent`);
      this.settlements.settle(id, {
        status: 'sent',
        partition: state.partition ?? -1,
        offset: state.offset ?? '-1',
      });
    }
  }

  /** Kafka refuses these records for good. */
  async bury(records: readonly OutboxRecord[], code = 'message_too_large'): Promise<void> {
    const error = 'Kafka refuses a record of this size';
    await this.store.bury(records.map(({ id }) => ({ id, code, error })));
    for (const { id } of records) this.settlements.settle(id, { status: 'dlq', code, error });
  }
}
