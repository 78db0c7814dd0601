import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Kafka, Message, Producer } from 'kafkajs';

/** How the bare loop uses kafkajs. */
export type Way = 'single' | 'batches' | 'transactions';

/** Sends records of one topic with acks=all. Rejects where kafkajs does. */
export interface Sender {
  send(messages: readonly Message[]): Promise<void>;
  close(): Promise<void>;
}

/** Kafka still writes the markers of the last transaction: normal right after a commit. */
const CONCURRENT_TRANSACTIONS = 51;
const CONCURRENT_PAUSE_MS = 4;
const GROUP = 'bench-ledger';
const LEDGER_PARTITION = 0;

export async function openSender(
  way: Way,
  brokers: readonly string[],
  topic: string,
  ledgerTopic: string,
): Promise<Sender> {
  const kafka = new kafkajs.Kafka({
    clientId: 'bench',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  return way === 'transactions' ? transactional(kafka, topic, ledgerTopic) : plain(kafka, topic);
}

async function plain(kafka: Kafka, topic: string): Promise<Sender> {
  const producer = kafka.producer({ idempotent: false, allowAutoTopicCreation: false });
  await producer.connect();
  return {
    send: async (messages) => {
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: [...messages] }] });
    },
    close: () => producer.disconnect(),
  };
}

/** What exactly once costs in Kafka alone: a number in the ledger and the records, in one transaction. */
async function transactional(kafka: Kafka, topic: string, ledgerTopic: string): Promise<Sender> {
  const producer = kafka.producer({
    transactionalId: `bench-${process.pid}`,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  await producer.connect();
  let number = 0;
  return {
    send: async (messages) => {
      const transaction = await begin(producer, ledgerTopic, String(++number));
      await transaction.sendBatch({
        acks: -1,
        topicMessages: [{ topic, messages: [...messages] }],
      });
      await transaction.commit();
    },
    close: () => producer.disconnect(),
  };
}

async function begin(producer: Producer, topic: string, offset: string) {
  const transaction = await producer.transaction();
  for (;;) {
    try {
      await transaction.sendOffsets({
        consumerGroupId: GROUP,
        topics: [{ topic, partitions: [{ partition: LEDGER_PARTITION, offset }] }],
      });
      return transaction;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== CONCURRENT_TRANSACTIONS) throw error;
      await pause(CONCURRENT_PAUSE_MS);
    }
  }
}
