import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Producer, Transaction } from 'kafkajs';
import { appendAll, type AppendRequest } from './append.js';
import { withDeadline } from './deadline.js';
import { producerWithCluster } from './kafkajs-cluster.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { kafkaErrorNumber, toKafkaError, toLedgerError } from './kafkajs-error.js';
import { ProducerMetadata } from './kafkajs-metadata.js';
import { TransactionPartitions } from './kafkajs-transaction-partitions.js';
import {
  TransactionalProducer,
  TransactionalProducers,
  type AppendResult,
  type LedgerNumber,
  type LedgerSlot,
  type PartitionRecords,
} from './ports.js';

/** The coordinator is still writing the markers of the last transaction: normal right after a commit. */
const CONCURRENT_TRANSACTIONS = 51;
const CONCURRENT_PAUSE_MS = 1;

const COMPRESSION = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
};

export class KafkaJsTransactionalProducers extends TransactionalProducers {
  constructor(
    private readonly connection: KafkaConnection,
    private readonly compression: 'none' | 'gzip',
  ) {
    super();
  }

  async fence(transactionalId: string): Promise<TransactionalProducer> {
    const client = new KafkaClient(this.connection);
    const { producer, cluster } = producerWithCluster(client.kafka, {
      transactionalId,
      transactionTimeout: DEADLINES.transaction,
      allowAutoTopicCreation: false,
      // A retry of the library re-sends to brokers that still work on the first try (a duplicate), and rolls
      // sequence numbers back (a loss). The outbox repeats, not the library.
      retry: { retries: 0 },
    });
    const metadata = new ProducerMetadata(cluster);
    const partitions = new TransactionPartitions(cluster);
    try {
      await withDeadline(producer.connect(), DEADLINES.connect, 'connect');
      // The first transaction of a producer is InitProducerId: Kafka ends what a predecessor left open.
      const first = await withDeadline(producer.transaction(), DEADLINES.call, 'fence');
      const { compression } = this;
      return new KafkaJsTransactionalProducer(
        { client, producer, metadata, partitions, compression },
        first,
      );
    } catch (error) {
      client.abandon(producer);
      throw toKafkaError(error, `fence ${transactionalId}`);
    }
  }
}

interface Incarnation {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly metadata: ProducerMetadata;
  readonly partitions: TransactionPartitions;
  readonly compression: 'none' | 'gzip';
}

class KafkaJsTransactionalProducer extends TransactionalProducer {
  private current: Transaction | null = null;

  constructor(
    private readonly own: Incarnation,
    private next: Transaction | null,
  ) {
    super();
  }

  async append(
    slot: LedgerSlot,
    entry: LedgerNumber,
    batch: readonly PartitionRecords[],
  ): Promise<AppendResult> {
    try {
      const { metadata, partitions } = this.own;
      const { number, token } = entry;
      const topics = [...new Set(batch.map(({ topic }) => topic))];
      await withDeadline(metadata.learn(topics), DEADLINES.call, 'learn topics');
      const transaction = await this.begin(slot, slot.partition, String(number), token);
      const leaderOf = metadata.leaderOf.bind(metadata);
      partitions.plan(batch.filter(({ topic, partition }) => leaderOf(topic, partition) !== null));
      const compression = COMPRESSION[this.own.compression];
      const send = (request: AppendRequest) => transaction.sendBatch({ ...request, compression });
      return await appendAll({ send, leaderOf }, batch);
    } catch (error) {
      throw toKafkaError(error, `batch ${entry.number}`);
    }
  }

  async commit(): Promise<void> {
    const transaction = this.current;
    if (transaction === null) throw new Error('There is no transaction to commit.');
    this.current = null;
    try {
      await withDeadline(transaction.commit(), DEADLINES.call, 'commit');
    } catch (error) {
      throw toKafkaError(error, 'commit');
    }
  }

  async mark(slot: LedgerSlot): Promise<string> {
    const mark = randomUUID();
    try {
      await this.begin(slot, slot.markPartition, '0', mark);
    } catch (error) {
      throw toKafkaError(error, 'mark the ledger');
    }
    await this.commit();
    return mark;
  }

  discard(): void {
    this.own.client.abandon(this.own.producer);
  }

  async close(): Promise<void> {
    try {
      await withDeadline(this.own.producer.disconnect(), DEADLINES.close, 'disconnect');
    } catch {
      // Closing in good order is a courtesy to the broker; the sockets go either way.
    }
    this.own.client.drop();
  }

  /**
   * Opens the next transaction and puts a group offset into it. First of all, since this is the call that Kafka
   * refuses while it still works on the last transaction: nothing has been appended then and the call is simply
   * repeated.
   */
  private async begin(
    { group, topic }: LedgerSlot,
    partition: number,
    offset: string,
    metadata: string,
  ): Promise<Transaction> {
    const transaction =
      this.next ?? (await withDeadline(this.own.producer.transaction(), DEADLINES.call, 'begin'));
    this.next = null;
    this.current = transaction;
    const topics = [{ topic, partitions: [{ partition, offset, metadata }] }];
    const until = Date.now() + DEADLINES.call;
    for (;;) {
      try {
        const sending = transaction.sendOffsets({ consumerGroupId: group, topics });
        await withDeadline(sending, DEADLINES.call, 'ledger');
        return transaction;
      } catch (error) {
        if (kafkaErrorNumber(error) !== CONCURRENT_TRANSACTIONS || Date.now() > until) {
          throw toLedgerError(error, `write to the ledger ${topic}`);
        }
        await pause(CONCURRENT_PAUSE_MS);
      }
    }
  }
}
