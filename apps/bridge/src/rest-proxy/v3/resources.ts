import type { ClusterView, TopicOverview, TopicPartition, TopicSetting } from '@bridge/kafka';

/** Where a resource is, and what it is called. */
interface Metadata {
  readonly self: string;
  readonly resource_name: string;
}

interface Related {
  readonly related: string;
}

export interface Resource {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [member: string]: unknown;
}

/** The resources of one cluster, with addresses as the caller has reached the bridge. Pure. */
export class Resources {
  private readonly self: string;
  private readonly name: string;

  /**
   * @param origin such as `http://host:8081`.
   */
  constructor(
    origin: string,
    private readonly clusterId: string,
  ) {
    this.self = `${origin}/v3/clusters/${clusterId}`;
    this.name = `crn:///kafka=${clusterId}`;
  }

  /** @param path of the list below the cluster, such as `/topics`. */
  list(kind: string, path: string, data: readonly Resource[]): object {
    return { kind, metadata: { self: this.self + path, next: null }, data };
  }

  cluster({ controller }: ClusterView): Resource {
    return {
      ...this.resource('KafkaCluster', '', ''),
      controller: controller === null ? null : this.related(`/brokers/${controller}`),
      acls: this.related('/acls'),
      brokers: this.related('/brokers'),
      broker_configs: this.related('/broker-configs'),
      consumer_groups: this.related('/consumer-groups'),
      topics: this.related('/topics'),
      partition_reassignments: this.related('/topics/-/partitions/-/reassignment'),
    };
  }

  broker({ nodeId, host, port }: ClusterView['brokers'][number]): Resource {
    const path = `/brokers/${nodeId}`;
    return {
      ...this.resource('KafkaBroker', path, `/broker=${nodeId}`),
      broker_id: nodeId,
      host,
      port,
      configs: this.related(`${path}/configs`),
      partition_replicas: this.related(`${path}/partition-replicas`),
    };
  }

  topic({ topic, partitions }: TopicOverview, isInternal: boolean): Resource {
    const path = topicPath(topic);
    return {
      ...this.resource('KafkaTopic', path, `/topic=${topic}`),
      topic_name: topic,
      is_internal: isInternal,
      replication_factor: partitions[0]?.replicas.length ?? 0,
      partitions_count: partitions.length,
      partitions: this.related(`${path}/partitions`),
      configs: this.related(`${path}/configs`),
      partition_reassignments: this.related(`${path}/partitions/-/reassignment`),
      authorized_operations: [],
    };
  }

  partition(topic: string, { partition, leader }: TopicPartition): Resource {
    const path = `${topicPath(topic)}/partitions/${partition}`;
    return {
      ...this.resource('KafkaPartition', path, `/topic=${topic}/partition=${partition}`),
      topic_name: topic,
      partition_id: partition,
      leader: leader === null ? null : this.related(`${path}/replicas/${leader}`),
      replicas: this.related(`${path}/replicas`),
      reassignment: this.related(`${path}/reassignment`),
    };
  }

  replica(topic: string, broker: number, of: TopicPartition): Resource {
    const { partition, leader, inSyncReplicas } = of;
    return {
      ...this.resource(
        'KafkaReplica',
        `${topicPath(topic)}/partitions/${partition}/replicas/${broker}`,
        `/topic=${topic}/partition=${partition}/replica=${broker}`,
      ),
      topic_name: topic,
      partition_id: partition,
      broker_id: broker,
      is_leader: broker === leader,
      is_in_sync: inSyncReplicas.includes(broker),
      broker: this.related(`/brokers/${broker}`),
    };
  }

  setting(topic: string, setting: TopicSetting): Resource {
    const { name, value, source, isReadOnly, isSensitive } = setting;
    return {
      ...this.resource(
        'KafkaTopicConfig',
        `${topicPath(topic)}/configs/${name}`,
        `/topic=${topic}/config=${name}`,
      ),
      topic_name: topic,
      name,
      value,
      is_default: source === 'DEFAULT_CONFIG',
      is_read_only: isReadOnly,
      is_sensitive: isSensitive,
      source,
      synonyms: [],
    };
  }

  private resource(kind: string, path: string, name: string): Resource {
    return {
      kind,
      metadata: { self: this.self + path, resource_name: this.name + name },
      cluster_id: this.clusterId,
    };
  }

  private related(path: string): Related {
    return { related: this.self + path };
  }
}

export function topicPath(topic: string): string {
  return `/topics/${topic}`;
}
