import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Producer, Transaction } from 'kafkajs';
import { appendAll } from './append.js';
import { withDeadline } from './deadline.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { kafkaErrorNumber, toKafkaError } from './kafkajs-error.js';
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
      const transaction =
        this.next ?? (await withDeadline(this.producer.transaction(), DEADLINES.call, 'begin'));
      this.next = null;
      this.current = transaction;
      await this.enterLedger(transaction, slot, entry);
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
   * Puts the batch number into the transaction. First of all, since this is the call that Kafka refuses while
   * it still works on the last transaction: nothing has been appended then and the call is simply repeated.
   */
  private async enterLedger(
    transaction: Transaction,
    { group, topic, partition }: LedgerSlot,
    { number, token }: LedgerNumber,
  ): Promise<void> {
    const until = Date.now() + DEADLINES.call;
    for (;;) {
      try {
        const offset = { partition, offset: String(number), metadata: token };
        const offsets = { consumerGroupId: group, topics: [{ topic, partitions: [offset] }] };
        await withDeadline(transaction.sendOffsets(offsets), DEADLINES.call, 'ledger');
        return;
      } catch (error) {
        if (kafkaErrorNumber(error) !== CONCURRENT_TRANSACTIONS || Date.now() > until) throw error;
        await pause(CONCURRENT_PAUSE_MS);
      }
    }
  }
}
