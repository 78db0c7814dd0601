import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Consumer, EachBatchPayload, IHeaders, Kafka } from 'kafkajs';
import { highWatermarks } from './end-offsets.js';

const WITHIN_MS = 60_000;
const POLL_MS = 50;

/** A record as a consumer of the topic gets it. */
export interface ConsumedRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer }[];
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

export interface ReadOptions {
  /** A read_committed consumer unless this is true: what was aborted is seen too then. */
  readonly uncommitted?: boolean;
  /** 60,000 by default. */
  readonly withinMs?: number;
}

/**
 * Everything that a read_committed consumer finds in the topic up to its end at the time of the call, by
 * partition and offset. Waits for transactions that are still open.
 * @throws Error that names the partition that could not be read to its end in time.
 */
export async function readTopic(
  bootstrap: readonly string[],
  topic: string,
  { uncommitted = false, withinMs = WITHIN_MS }: ReadOptions = {},
): Promise<ConsumedRecord[]> {
  const reader = await TopicReader.start(bootstrap, topic, { uncommitted });
  try {
    await reader.untilEnd(withinMs);
    return reader.records();
  } finally {
    await reader.stop();
  }
}

/** The value of the record's last header of this name as text. */
export function headerOf(record: ConsumedRecord, name: string): string | undefined {
  return record.headers.findLast((header) => header.name === name)?.value.toString();
}

/** A consumer that follows one topic from its beginning, also through the loss of brokers. */
export class TopicReader {
  /** By `partition/offset`: a consumer that has to join again reads again, and a record counts once. */
  private readonly found = new Map<string, ConsumedRecord>();
  /** The next offset to be read of each partition; past control records and aborted records too. */
  private readonly positions = new Map<number, bigint>();

  private constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly consumer: Consumer,
  ) {}

  static async start(
    bootstrap: readonly string[],
    topic: string,
    { uncommitted = false }: Pick<ReadOptions, 'uncommitted'> = {},
  ): Promise<TopicReader> {
    const kafka = new kafkajs.Kafka({
      clientId: 'topic-reader',
      brokers: [...bootstrap],
      retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 500 },
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const consumer = kafka.consumer({
      groupId: `topic-reader-${randomUUID()}`,
      readUncommitted: uncommitted,
      maxWaitTimeInMs: 100,
      retry: { retries: 1_000, initialRetryTime: 100, maxRetryTime: 500 },
    });
    const reader = new TopicReader(kafka, topic, consumer);
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      reader.advance(payload.partition, payload.lastOffset);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 3,
      eachBatch: async (payload) => reader.take(payload),
    });
    return reader;
  }

  /** What has been read so far, by partition and offset. */
  records(): ConsumedRecord[] {
    return [...this.found.values()].toSorted(
      (a, b) => a.partition - b.partition || (a.offset < b.offset ? -1 : 1),
    );
  }

  /** Waits until so many records were read. @throws Error with the number that came. */
  async untilCount(count: number, withinMs = WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (this.found.size < count) {
      if (Date.now() > deadline) {
        throw new Error(`${this.topic}: ${this.found.size} of ${count} records came.`);
      }
      await delay(POLL_MS);
    }
  }

  /** Waits until the topic was read to the end that it has now. @throws Error that names what is missing. */
  async untilEnd(withinMs = WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (const [partition, end] of await highWatermarks(this.kafka, this.topic)) {
      while ((this.positions.get(partition) ?? 0n) < end) {
        if (Date.now() > deadline) {
          const position = this.positions.get(partition) ?? 0n;
          throw new Error(
            `${this.topic}-${partition} was read to ${position} of ${end}; a transaction may be open.`,
          );
        }
        await delay(POLL_MS);
      }
    }
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
  }

  private advance(partition: number, lastOffset: string): void {
    const next = BigInt(lastOffset) + 1n;
    if (next > (this.positions.get(partition) ?? 0n)) this.positions.set(partition, next);
  }

  private take({ batch }: EachBatchPayload): void {
    for (const { offset, key, value, headers, timestamp } of batch.messages) {
      this.found.set(`${batch.partition}/${offset}`, {
        partition: batch.partition,
        offset: BigInt(offset),
        key,
        value,
        headers: flat(headers ?? {}),
        timestamp: Number(timestamp),
      });
    }
  }
}

function flat(headers: IHeaders): { name: string; value: Buffer }[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value: Buffer.from(value ?? '') })),
  );
}
