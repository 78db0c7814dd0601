import type { Kafka, Producer, ProducerConfig } from 'kafkajs';
import { expectFunction } from './expect-function.js';

/*
 * What is used of kafkajs 2.2.4 behind its interface. A producer that writes to many topics cannot do without:
 * what kafkajs does by itself gets slower with every topic that it has ever written to.
 */

export interface TopicMetadata {
  readonly topic: string;
  readonly topicErrorCode: number;
  readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
}

export interface ClusterMetadata {
  readonly topicMetadata: readonly TopicMetadata[];
}

/** The partitions that a transaction is to write to. */
export interface AddPartitions {
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

export interface ClusterBroker {
  readonly metadata: (topics: readonly string[]) => Promise<ClusterMetadata>;
  readonly isConnected: () => boolean;
  addPartitionsToTxn: (request: AddPartitions) => Promise<unknown>;
}

export interface CoordinatorQuestion {
  readonly groupId: string;
  /** 1: of transactions. 0, or absent: of groups. */
  readonly coordinatorType?: number;
}

export interface BrokerPool {
  metadata: ClusterMetadata | null;
  /** Epoch milliseconds. */
  readonly metadataExpireAt: number | null;
  readonly findConnectedBroker: () => Promise<ClusterBroker>;
  refreshMetadata: (topics: readonly string[]) => Promise<unknown>;
  refreshMetadataIfNecessary: (topics: readonly string[]) => Promise<unknown>;
}

export interface ProducerCluster {
  readonly brokerPool: BrokerPool;
  /** Every topic that it has been asked to know, and asks for when it asks at all. */
  readonly targetTopics: Set<string>;
  findGroupCoordinator: (question: CoordinatorQuestion) => Promise<ClusterBroker>;
}

type CreateCluster = (options: unknown) => ProducerCluster;

const CREATE_CLUSTER = 'private:Kafka:createCluster';

/** A producer, and the view of the cluster that it shares with nobody. */
export function producerWithCluster(
  kafka: Kafka,
  config: ProducerConfig,
): { readonly producer: Producer; readonly cluster: ProducerCluster } {
  const name = Object.getOwnPropertySymbols(kafka).find(
    (one) => one.description === CREATE_CLUSTER,
  );
  const made: ProducerCluster[] = [];
  if (name !== undefined) {
    const factory = kafka as unknown as Record<symbol, CreateCluster>;
    const create = expectFunction(factory[name]);
    factory[name] = (options) => {
      const cluster = create(options);
      made.push(cluster);
      return cluster;
    };
  }
  const producer = kafka.producer(config);
  const [cluster] = made;
  if (cluster === undefined) {
    throw new TypeError('kafkajs is not the release whose cluster is known here (2.2.4).');
  }
  return { producer, cluster };
}
