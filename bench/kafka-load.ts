import type { Message } from 'kafkajs';
import { Batcher } from './batcher.js';
import { closedLoop, type Client, type Pace } from './closed-loop.js';
import { benchRecord } from './invoice.js';
import { serveJobs } from './job-server.js';
import { openSender, type Sender, type Way } from './kafka-senders.js';
import type { Measurement } from './measurement.js';

/** Sends records to Kafka with kafkajs alone: no HTTP, no outbox. */
export interface KafkaJob {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly ledgerTopic: string;
  readonly way: Way;
  /** Clients in a closed loop, or so many records in full batches one after the other. */
  readonly pace: Pace | { readonly records: number };
}

/** As many records as the bridge puts into one batch. */
const BATCH_RECORDS = 1_000;

let next = 0;

serveJobs<Measurement>(async ({ brokers, topic, ledgerTopic, way, pace }: KafkaJob) => {
  const sender = await openSender(way, brokers, topic, ledgerTopic);
  try {
    if ('records' in pace) return await inFullBatches(sender, pace.records);
    return await closedLoop(pace, clients(sender, way));
  } finally {
    await sender.close();
  }
});

function clients(sender: Sender, way: Way): () => Promise<Client> {
  const batcher = new Batcher<Message>((messages) => sender.send(messages), BATCH_RECORDS);
  const sendOne = (message: Message): Promise<void> =>
    way === 'single' ? sender.send([message]) : batcher.add(message);
  const client: Client = {
    once: async () => {
      await sendOne(nextMessage());
      return null;
    },
    close: () => undefined,
  };
  return () => Promise.resolve(client);
}

async function inFullBatches(sender: Sender, records: number): Promise<Measurement> {
  const latencies: number[] = [];
  const began = performance.now();
  for (let sent = 0; sent < records; sent += BATCH_RECORDS) {
    const at = performance.now();
    const length = Math.min(BATCH_RECORDS, records - sent);
    await sender.send(Array.from({ length }, nextMessage));
    latencies.push(performance.now() - at);
  }
  const seconds = (performance.now() - began) / 1_000;
  return {
    seconds,
    latenciesMs: Float64Array.from(latencies),
    recordsPerAnswer: 1,
    unexpected: {},
  };
}

function nextMessage(): Message {
  const { key, value } = benchRecord('bench', next++);
  return { key, value };
}
