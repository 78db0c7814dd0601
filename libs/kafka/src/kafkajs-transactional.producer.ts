import { randomUUID } from 'node:crypto';
import type { Producer, Transaction } from 'kafkajs';
import { appendAll, type AppendRequest } from './append.js';
import type { Compression } from './codecs.js';
import { Compressor } from './compressor.js';
import { withDeadline } from './deadline.js';
import { producerWithCluster } from './kafkajs-cluster.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { toKafkaError, toLedgerError } from './kafkajs-error.js';
import { rememberCoordinators } from './kafkajs-coordinators.js';
import { ProducerMetadata } from './kafkajs-metadata.js';
import { TransactionPartitions } from './kafkajs-transaction-partitions.js';
import { untilEnded } from './last-transaction.js';
import {
  TransactionalProducer,
  TransactionalProducers,
  type AppendResult,
  type LedgerNumber,
  type LedgerSlot,
  type PartitionRecords,
} from './ports.js';

export class KafkaJsTransactionalProducers extends TransactionalProducers {
  private readonly compressor: Compressor;

  constructor(
    private readonly connection: KafkaConnection,
    compression: Compression,
  ) {
    super();
    this.compressor = new Compressor(compression);
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
    rememberCoordinators(cluster);
    const metadata = new ProducerMetadata(cluster);
    const partitions = new TransactionPartitions(cluster);
    try {
      await withDeadline(producer.connect(), DEADLINES.connect, 'connect');
      // The first transaction of a producer is InitProducerId: Kafka ends what a predecessor left open.
      const first = await withDeadline(producer.transaction(), DEADLINES.call, 'fence');
      const { compressor } = this;
      return new KafkaJsTransactionalProducer(
        { client, producer, metadata, partitions, compressor },
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
  readonly compressor: Compressor;
}

class KafkaJsTransactionalProducer extends TransactionalProducer {
  private current: Transaction | null = null;

  constructor(
    private readonly own: Incarnation,
    private next: Transaction | null,
  ) {
    super();
  }

  /**
   * The partitions first, since this is the call that Kafka refuses while it still works on the last transaction. Then
   * the records and the ledger's number go side by side: nobody sees either before the commit.
   */
  async append(
    slot: LedgerSlot,
    entry: LedgerNumber,
    batch: readonly PartitionRecords[],
  ): Promise<AppendResult> {
    try {
      const { metadata, partitions, compressor } = this.own;
      const topics = [...new Set(batch.map(({ topic }) => topic))];
      await withDeadline(metadata.learn(topics), DEADLINES.call, 'learn topics');
      const transaction = await this.begin();
      const leaderOf = metadata.leaderOf.bind(metadata);
      const known = batch.filter(({ topic, partition }) => leaderOf(topic, partition) !== null);
      const send = async (request: AppendRequest) =>
        transaction.sendBatch({ ...request, compression: await compressor.typeFor(request) });
      let numbering: Promise<void> | null = null;
      const number = (): Promise<void> => this.number(transaction, slot, entry);
      partitions.plan(known, () => {
        numbering = number();
        // Looked at below; when the records are refused, what has become of the number does not matter.
        numbering.catch(() => undefined);
      });
      const result = await appendAll({ send, leaderOf }, batch);
      // Every partition failed by it, and none is to blame.
      if (partitions.refusal !== null) throw partitions.refusal;
      if (result.complete) await (numbering ?? number());
      return result;
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
      const at = { ...slot, partition: slot.markPartition };
      await this.number(await this.begin(), at, { number: 0, token: mark });
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

  private async begin(): Promise<Transaction> {
    const transaction =
      this.next ?? (await withDeadline(this.own.producer.transaction(), DEADLINES.call, 'begin'));
    this.next = null;
    this.current = transaction;
    return transaction;
  }

  /** Puts the number, as a group's offset, into the transaction. */
  private async number(
    transaction: Transaction,
    { group, topic, partition }: LedgerSlot,
    { number, token }: LedgerNumber,
  ): Promise<void> {
    const entry = { partition, offset: String(number), metadata: token };
    const offsets = { consumerGroupId: group, topics: [{ topic, partitions: [entry] }] };
    try {
      await untilEnded(() =>
        withDeadline(transaction.sendOffsets(offsets), DEADLINES.call, 'ledger'),
      );
    } catch (error) {
      throw toLedgerError(error, `write to the ledger ${topic}`);
    }
  }
}
