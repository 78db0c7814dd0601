import type { Producer } from 'kafkajs';
import { appendAll, type AppendRequest } from './append.js';
import type { Compression } from './codecs.js';
import { Compressor } from './compressor.js';
import { withDeadline } from './deadline.js';
import { producerWithCluster } from './kafkajs-cluster.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { toKafkaError } from './kafkajs-error.js';
import { ProducerMetadata } from './kafkajs-metadata.js';
import { PlainProducer, type AppendResult, type PartitionRecords } from './ports.js';

interface Incarnation {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly metadata: ProducerMetadata;
}

/**
 * At-least-once with acks=all. Not the library's "idempotent" producer: after one lost answer that one
 * acknowledges the next record at the old offset and never writes it.
 */
export class KafkaJsPlainProducer extends PlainProducer {
  private opening: Promise<Incarnation> | null = null;
  private readonly compressor: Compressor;

  constructor(
    private readonly connection: KafkaConnection,
    compression: Compression,
  ) {
    super();
    this.compressor = new Compressor(compression);
  }

  async append(batch: readonly PartitionRecords[]): Promise<AppendResult> {
    const opening = (this.opening ??= this.connect());
    const { producer, metadata } = await opening;
    const send = async (request: AppendRequest) =>
      producer.sendBatch({ ...request, compression: await this.compressor.typeFor(request) });
    const leaderOf = metadata.leaderOf.bind(metadata);
    try {
      const topics = [...new Set(batch.map(({ topic }) => topic))];
      await withDeadline(metadata.learn(topics), DEADLINES.call, 'learn topics');
      const result = await appendAll({ send, leaderOf }, batch);
      if (!result.complete) await this.discard(opening);
      return result;
    } catch (error) {
      await this.discard(opening);
      throw toKafkaError(error, 'append');
    }
  }

  async close(): Promise<void> {
    const opening = this.opening;
    this.opening = null;
    if (opening === null) return;
    try {
      const { client, producer } = await opening;
      await withDeadline(producer.disconnect(), DEADLINES.close, 'disconnect').finally(() =>
        client.drop(),
      );
    } catch {
      // The sockets are gone, which is all that closing is for.
    }
  }

  private async connect(): Promise<Incarnation> {
    const client = new KafkaClient(this.connection);
    const { producer, cluster } = producerWithCluster(client.kafka, {
      idempotent: false,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
    });
    const metadata = new ProducerMetadata(cluster);
    try {
      await withDeadline(producer.connect(), DEADLINES.connect, 'connect');
      return { client, producer, metadata };
    } catch (error) {
      this.opening = null;
      client.abandon(producer);
      throw toKafkaError(error, 'connect');
    }
  }

  private async discard(opening: Promise<Incarnation>): Promise<void> {
    if (this.opening === opening) this.opening = null;
    const { client, producer } = await opening;
    client.abandon(producer);
  }
}
