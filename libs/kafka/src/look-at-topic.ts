import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { KafkaError } from './kafka.error.js';
import type {
  PartitionBounds,
  TopicOverview,
  TopicPartition,
  TopicSetting,
  TopicSettingSource,
} from './ports.js';

/** Kafka's numbers for them, from 0. */
const SOURCES: readonly TopicSettingSource[] = [
  'UNKNOWN',
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'STATIC_BROKER_CONFIG',
  'DEFAULT_CONFIG',
];

interface PartitionMetadata {
  readonly partitionId: number;
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export function partitionsOf(metadata: readonly PartitionMetadata[]): readonly TopicPartition[] {
  return metadata
    .map(({ partitionId, leader, replicas, isr }) => ({
      partition: partitionId,
      leader: leader < 0 ? null : leader,
      replicas,
      inSyncReplicas: isr,
    }))
    .toSorted((a, b) => a.partition - b.partition);
}

export async function topicOverviews(admin: Admin): Promise<readonly TopicOverview[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [] });
  return topics
    .map(({ name, partitions }) => ({ topic: name, partitions: partitionsOf(partitions) }))
    .toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
}

export async function topicSettings(admin: Admin, topic: string): Promise<readonly TopicSetting[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return (resources[0]?.configEntries ?? [])
    .map(({ configName, configValue, configSource, readOnly, isSensitive }) => ({
      name: configName,
      value: configValue,
      source: SOURCES[configSource] ?? 'UNKNOWN',
      isReadOnly: readOnly,
      isSensitive,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export async function partitionBounds(
  admin: Admin,
  topic: string,
  partition: number,
): Promise<PartitionBounds> {
  const all = await admin.fetchTopicOffsets(topic);
  const found = all.find((one) => one.partition === partition);
  if (found !== undefined) return { beginning: found.low, end: found.high };
  throw new KafkaError(
    { code: 'invalid_partition', scope: 'topic', retryable: false, outcome: 'not-written' },
    `${topic} has no partition ${partition}`,
  );
}
