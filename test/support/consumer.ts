import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Consumer, EachBatchPayload, IHeaders, Kafka } from 'kafkajs';
import { highWatermarks } from './end-offsets.js';
import { patchConsumers } from '../../libs/kafka/src/kafkajs-consumers.js';

const WITHIN_MS = 60_000;
const POLL_MS = 50;
/** How soon a reader finds partitions that were added. */
const METADATA_MS = 5_000;

/** A record as a consumer of the topic gets it. */
export interface ConsumedRecord {
  readonly topic: string;
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

export interface ReaderOptions extends Pick<ReadOptions, 'uncommitted'> {
  /** How many consumers share the partitions, as one group; 1 by default. */
  readonly members?: number;
}

/**
 * Everything that a read_committed consumer finds in the topics up to their ends at the time of the call, by
 * topic, partition and offset. Waits for transactions that are still open.
 * @throws Error that names the partition that could not be read to its end in time.
 */
export async function readTopic(
  bootstrap: readonly string[],
  topics: string | readonly string[],
  { uncommitted = false, withinMs = WITHIN_MS }: ReadOptions = {},
): Promise<ConsumedRecord[]> {
  const reader = await TopicReader.start(bootstrap, topics, { uncommitted });
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

/** Consumers that follow topics from their beginning, also through the loss of brokers. */
export class TopicReader {
  /** Places at which another record was found when they were read again. */
  readonly conflicts: string[] = [];
  /** By `topic/partition/offset`: a consumer that has to join again reads again, and a record counts once. */
  private readonly found = new Map<string, ConsumedRecord>();
  /** The next offset to be read of each `topic-partition`; past control records and aborted records too. */
  private readonly positions = new Map<string, bigint>();
  private readonly consumers: Consumer[] = [];

  private constructor(
    private readonly kafka: Kafka,
    private readonly topics: readonly string[],
  ) {}

  static async start(
    bootstrap: readonly string[],
    topics: string | readonly string[],
    { uncommitted = false, members = 1 }: ReaderOptions = {},
  ): Promise<TopicReader> {
    patchConsumers();
    const kafka = new kafkajs.Kafka({
      clientId: 'topic-reader',
      brokers: [...bootstrap],
      retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 500 },
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const reader = new TopicReader(kafka, [topics].flat());
    const groupId = `topic-reader-${randomUUID()}`;
    for (let member = 0; member < members; member++) await reader.join(groupId, uncommitted);
    return reader;
  }

  private async join(groupId: string, uncommitted: boolean): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId,
      readUncommitted: uncommitted,
      maxWaitTimeInMs: 100,
      metadataMaxAge: METADATA_MS,
      retry: { retries: 1_000, initialRetryTime: 100, maxRetryTime: 500 },
    });
    this.consumers.push(consumer);
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      this.advance(payload.topic, payload.partition, payload.lastOffset);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 3,
      eachBatch: async (payload) => this.take(payload),
    });
  }

  /** What has been read so far, by topic, partition and offset. */
  records(): ConsumedRecord[] {
    return [...this.found.values()].toSorted(
      (a, b) =>
        a.topic.localeCompare(b.topic) ||
        a.partition - b.partition ||
        (a.offset < b.offset ? -1 : 1),
    );
  }

  /** Waits until so many records were read. @throws Error with the number that came. */
  async untilCount(count: number, withinMs = WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (this.found.size < count) {
      if (Date.now() > deadline) {
        throw new Error(`${this.topics.join(', ')}: ${this.found.size} of ${count} records came.`);
      }
      await delay(POLL_MS);
    }
  }

  /** Waits until each topic was read to the end that it has now. @throws Error that names what is missing. */
  async untilEnd(withinMs = WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (const topic of this.topics) {
      for (const [partition, end] of await highWatermarks(this.kafka, topic)) {
        await this.untilRead(`${topic}-${partition}`, end, deadline);
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.disconnect()));
  }

  private async untilRead(name: string, end: bigint, deadline: number): Promise<void> {
    for (;;) {
      const position = this.positions.get(name) ?? 0n;
      if (position >= end) return;
      if (Date.now() > deadline) {
        throw new Error(`${name} was read to ${position} of ${end}; a transaction may be open.`);
      }
      await delay(POLL_MS);
    }
  }

  private advance(topic: string, partition: number, lastOffset: string): void {
    const name = `${topic}-${partition}`;
    const next = BigInt(lastOffset) + 1n;
    if (next > (this.positions.get(name) ?? 0n)) this.positions.set(name, next);
  }

  private take({ batch }: EachBatchPayload): void {
    const { topic, partition } = batch;
    for (const { offset, key, value, headers, timestamp } of batch.messages) {
      const place = `${topic}/${partition}/${offset}`;
      const record: ConsumedRecord = {
        topic,
        partition,
        offset: BigInt(offset),
        key,
        value,
        headers: flat(headers ?? {}),
        timestamp: Number(timestamp),
      };
      const before = this.found.get(place);
      if (before === undefined) this.found.set(place, record);
      else if (!sameContent(before, record)) this.conflicts.push(place);
    }
  }
}

function sameContent(one: ConsumedRecord, other: ConsumedRecord): boolean {
  return headerOf(one, 'message-id') === headerOf(other, 'message-id') && sameBytes(one, other);
}

function sameBytes(one: ConsumedRecord, other: ConsumedRecord): boolean {
  return (
    String(one.key) === String(other.key) &&
    (one.value === other.value || other.value?.equals(one.value ?? Buffer.of()) === true)
  );
}

function flat(headers: IHeaders): { name: string; value: Buffer }[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value: Buffer.from(value ?? '') })),
  );
}
