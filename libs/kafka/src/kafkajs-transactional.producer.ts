import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Producer, Transaction } from 'kafkajs';
import { appendAll } from './append.js';
import { withDeadline } from './deadline.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { kafkaErrorNumber, toKafkaError, toLedgerError } from './kafkajs-error.js';
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

export class KafkaJsTransactionalProducers extends TransactionalProducers {
  constructor(
    private readonly connection: KafkaConnection,
    private readonly compression: 'none' | 'gzip',
  ) {
    super();
  }

  async fence(transactionalId: string): Promise<TransactionalProducer> {
    const client = new KafkaClient(this.connection);
    const producer = client.kafka.producer({
      transactionalId,
      transactionTimeout: DEADLINES.transaction,
      allowAutoTopicCreation: false,
      // A retry of the library re-sends to brokers that still work on the first try (a duplicate), and rolls
      // sequence numbers back (a loss). The outbox repeats, not the library.
      retry: { retries: 0 },
    });
    try {
      await withDeadline(producer.connect(), DEADLINES.connect, 'connect');
      // The first transaction of a producer is InitProducerId: Kafka ends what a predecessor left open.
      const first = await withDeadline(producer.transaction(), DEADLINES.call, 'fence');
      return new KafkaJsTransactionalProducer(client, producer, first, this.compression);
    } catch (error) {
      client.abandon(producer);
      throw toKafkaError(error, `fence ${transactionalId}`);
    }
  }
}

class KafkaJsTransactionalProducer extends TransactionalProducer {
  private current: Transaction | null = null;

  constructor(
    private readonly client: KafkaClient,
    private readonly producer: Producer,
    private next: Transaction | null,
    private readonly compression: 'none' | 'gzip',
  ) {
    super();
  }

  async append(
    slot: LedgerSlot,
    entry: LedgerNumber,
    batch: readonly PartitionRecords[],
  ): Promise<AppendResult> {
    try {
      const { number, token } = entry;
      const transaction = await this.begin(slot, slot.partition, String(number), token);
      const compression = kafkajs.CompressionTypes[this.compression === 'gzip' ? 'GZIP' : 'None'];
      return await appendAll((request) => transaction.send({ ...request, compression }), batch);
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
    this.client.abandon(this.producer);
  }

  async close(): Promise<void> {
    try {
      await withDeadline(this.producer.disconnect(), DEADLINES.close, 'disconnect');
    } catch {
      // Closing in good order is a courtesy to the broker; the sockets go either way.
    }
    this.client.drop();
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
      this.next ?? (await withDeadline(this.producer.transaction(), DEADLINES.call, 'begin'));
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
