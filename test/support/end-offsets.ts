import type { Kafka } from 'kafkajs';

interface ClusterInternals {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly partitions: readonly { readonly partition: number }[];
    }[],
  ): Promise<{ readonly partitions: readonly { partition: number; offset: string }[] }[]>;
}

type CreateCluster = (options: {
  readonly isolationLevel: number;
  readonly metadataMaxAge: number;
}) => ClusterInternals;

const READ_UNCOMMITTED = 0;

/**
 * The high watermark of each partition that holds anything. kafkajs' admin client asks as read_committed and so
 * gives the end of what is decided: a reader that stopped there could miss a transaction whose commit was
 * answered a moment ago, since its markers are written after the answer.
 */
export async function highWatermarks(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const cluster = createCluster(kafka)({
    isolationLevel: READ_UNCOMMITTED,
    metadataMaxAge: 60_000,
  });
  await cluster.connect();
  try {
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
    const partitions = cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId }) => ({ partition: partitionId }));
    const read = async (fromBeginning: boolean): Promise<Map<number, string>> => {
      const [answer] = await cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions }]);
      return new Map(answer?.partitions.map(({ partition, offset }) => [partition, offset]));
    };
    const lows = await read(true);
    const highs = await read(false);
    // An incomplete answer would make an unread topic look read to its end.
    if (
      partitions.length === 0 ||
      highs.size < partitions.length ||
      lows.size < partitions.length
    ) {
      throw new Error(
        `The end of ${topic} is not known: ${lows.size} to ${highs.size} partitions.`,
      );
    }
    return new Map(
      [...highs]
        .filter(([partition, offset]) => lows.get(partition) !== offset)
        .map(([partition, offset]) => [partition, BigInt(offset)]),
    );
  } finally {
    await cluster.disconnect();
  }
}

function createCluster(kafka: Kafka): CreateCluster {
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (name === undefined) throw new Error('kafkajs is not the release that this was written for.');
  return (kafka as unknown as Record<symbol, CreateCluster>)[name] as CreateCluster;
}
