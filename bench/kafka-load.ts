import { open, type FileHandle } from 'node:fs/promises';
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
  /** Of each client in a closed loop; 1: as the way says. Else of each full batch. */
  readonly recordsPerSend: number;
  /** Each record is written to this file and synced before it is sent; null: nothing is. */
  readonly syncedFile: string | null;
  /** Clients in a closed loop, or so many records in full batches one after the other. */
  readonly pace: Pace | { readonly records: number };
}

/** As many records as the bridge puts into one batch. */
const BATCH_RECORDS = 2_000;

let next = 0;

serveJobs<Measurement>(async (job: KafkaJob) => {
  const { brokers, topic, ledgerTopic, way, recordsPerSend, pace } = job;
  const sender = await openSender(way, brokers, topic, ledgerTopic);
  const file = job.syncedFile === null ? null : await open(job.syncedFile, 'a');
  try {
    if ('records' in pace) return await inFullBatches(sender, pace.records, recordsPerSend);
    return await closedLoop(pace, clients(sender, job, file), recordsPerSend);
  } finally {
    await sender.close();
    await file?.close();
  }
});

function clients(
  sender: Sender,
  { way, recordsPerSend }: KafkaJob,
  file: FileHandle | null,
): () => Promise<Client> {
  const batcher = new Batcher<Message>((messages) => sender.send(messages), BATCH_RECORDS);
  const send = (messages: readonly [Message, ...Message[]]): Promise<void> =>
    way === 'single' || messages.length > 1 ? sender.send(messages) : batcher.add(messages[0]);
  const client: Client = {
    once: async () => {
      const first = nextMessage();
      if (file !== null) {
        await file.write(String(first.value));
        await file.sync();
      }
      await send([first, ...Array.from({ length: recordsPerSend - 1 }, nextMessage)]);
      return null;
    },
    close: () => undefined,
  };
  return () => Promise.resolve(client);
}

async function inFullBatches(
  sender: Sender,
  records: number,
  recordsPerSend: number,
): Promise<Measurement> {
  const latencies: number[] = [];
  const began = performance.now();
  for (let sent = 0; sent < records; sent += recordsPerSend) {
    const at = performance.now();
    const length = Math.min(recordsPerSend, records - sent);
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
