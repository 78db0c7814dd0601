import type { TopicPartition, TopicSetting } from '@bridge/kafka';

export interface PartitionView {
  readonly partition: number;
  /** -1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly {
    readonly broker: number;
    readonly leader: boolean;
    readonly in_sync: boolean;
  }[];
}

export interface TopicView {
  readonly name: string;
  readonly configs: Readonly<Record<string, string>>;
  readonly partitions: readonly PartitionView[];
}

export function partitionView(one: TopicPartition): PartitionView {
  const { partition, leader, replicas, inSyncReplicas } = one;
  return {
    partition,
    leader: leader ?? -1,
    replicas: replicas.map((broker) => ({
      broker,
      leader: broker === leader,
      in_sync: inSyncReplicas.includes(broker),
    })),
  };
}

/** A setting that Kafka does not show is left out: all values of this contract are strings. */
export function topicView(
  name: string,
  settings: readonly TopicSetting[],
  partitions: readonly TopicPartition[],
): TopicView {
  const shown = settings.filter(({ value }) => value !== null);
  return {
    name,
    configs: Object.fromEntries(shown.map((setting) => [setting.name, setting.value ?? ''])),
    partitions: partitions.map(partitionView),
  };
}
