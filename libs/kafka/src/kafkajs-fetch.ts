import type { Kafka } from 'kafkajs';
import {
  committedRecords,
  type AbortedTransaction,
  type ReadMessage,
} from './committed-records.js';

/*
 * The inside of kafkajs 2.2.4 that reads: its consumer cannot be used without a group, cannot tell where a
 * partition ends for a read_committed reader, and skips to that end when an answer is empty. The release is
 * pinned by the lock file; each part checks that it finds what it was written for.
 */

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const FETCH_BYTES = 4 * 1024 * 1024;
const MAX_WAIT_MS = 500;
const METADATA_MAX_AGE_MS = 60_000;

export interface RawMessage extends ReadMessage {
  readonly timestamp: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | null>>;
}

interface FetchedPartition {
  readonly partition: number;
  readonly lastStableOffset?: string;
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
  readonly messages: readonly RawMessage[];
}

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  }>;
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  findBroker(broker: { readonly nodeId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly partitions: readonly { readonly partition: number }[];
    }[],
  ): Promise<
    readonly {
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[]
  >;
}

/** What one fetch has brought. */
export interface Fetched {
  /** Committed records from the asked offset on. */
  readonly messages: readonly RawMessage[];
  /** The last offset that the answer covers, aborted records and markers too; null when it was empty. */
  readonly last: bigint | null;
  /** Everything below is decided. */
  readonly lastStable: bigint;
}

type CreateCluster = (options: {
  readonly isolationLevel: number;
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
}) => Cluster;

/** A view of the cluster whose ends of partitions are the high watermarks. */
export function clusterOf(kafka: Kafka): Cluster {
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (name === undefined) throw wrongRelease();
  const create = (kafka as unknown as Readonly<Record<symbol, CreateCluster>>)[name];
  if (create === undefined) throw wrongRelease();
  return create({
    isolationLevel: READ_UNCOMMITTED,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
  });
}

/** One fetch of committed records of one partition from its leader. */
export async function fetchCommitted(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: bigint,
): Promise<Fetched> {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined) throw new Error(`${topic}-${partition} has no leader`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const fetchOffset = String(offset);
  const { responses } = await broker.fetch({
    maxWaitTime: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset, maxBytes: FETCH_BYTES }] }],
  });
  const data = responses[0]?.partitions[0];
  if (data?.lastStableOffset === undefined) throw new Error(`no answer for ${topic}-${partition}`);
  // A packed batch comes whole, also where it begins before what was asked for.
  const messages = data.messages.filter((message) => BigInt(message.offset) >= offset);
  const last = messages.at(-1);
  return {
    messages: committedRecords(messages, data.abortedTransactions ?? []),
    last: last === undefined ? null : BigInt(last.offset),
    lastStable: BigInt(data.lastStableOffset),
  };
}

function wrongRelease(): TypeError {
  return new TypeError('kafkajs is not the release that its reader was written for (2.2.4).');
}
