import kafkajs from 'kafkajs';
import type { Producer } from 'kafkajs';
import { appendAll } from './append.js';
import { withDeadline } from './deadline.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { toKafkaError } from './kafkajs-error.js';
import { PlainProducer, type AppendResult, type PartitionRecords } from './ports.js';

interface Incarnation {
  readonly client: KafkaClient;
  readonly producer: Producer;
}

/**
 * At-least-once with acks=all. Not the library's "idempotent" producer: after one lost answer that one
 * acknowledges the next record at the old offset and never writes it.
 */
export class KafkaJsPlainProducer extends PlainProducer {
  private incarnation: Incarnation | null = null;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly compression: 'none' | 'gzip',
  ) {
    super();
  }

  async append(batch: readonly PartitionRecords[]): Promise<AppendResult> {
    const { producer } = this.incarnation ?? (await this.connect());
    const compression = kafkajs.CompressionTypes[this.compression === 'gzip' ? 'GZIP' : 'None'];
    const result = await appendAll((request) => producer.send({ ...request, compression }), batch);
    if (!result.complete) this.discard();
    return result;
  }

  async close(): Promise<void> {
    const incarnation = this.incarnation;
    this.incarnation = null;
    if (incarnation === null) return;
    try {
      await withDeadline(incarnation.producer.disconnect(), DEADLINES.close, 'disconnect');
    } catch {
      // The sockets go either way.
    }
    incarnation.client.drop();
  }

  private async connect(): Promise<Incarnation> {
    const client = new KafkaClient(this.connection);
    const producer = client.kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
    });
    this.incarnation = { client, producer };
    try {
      await withDeadline(producer.connect(), DEADLINES.connect, 'connect');
      return this.incarnation;
    } catch (error) {
      this.discard();
      throw toKafkaError(error, 'connect');
    }
  }

  private discard(): void {
    const incarnation = this.incarnation;
    this.incarnation = null;
    incarnation?.client.abandon(incarnation.producer);
  }
}
