import type { Message, RecordMetadata } from 'kafkajs';
import { DEADLINES } from './kafkajs-client.js';
import { toKafkaError } from './kafkajs-error.js';
import { KafkaError } from './kafka.error.js';
import { withDeadline } from './deadline.js';
import type {
  AppendResult,
  PartitionFailure,
  PartitionOffsets,
  PartitionRecords,
  ProducerRecord,
} from './ports.js';

/** Kafka's own default for max.message.bytes is 1,048,588; the rest is room for what is not estimated. */
const DEFAULT_REQUEST_BYTES = 900_000;
/** Share of a topic's max.message.bytes that one request uses: the size is an estimate. */
const FILL = 0.85;
/** Framing of one record: lengths, deltas, attributes as variable-length integers. */
const RECORD_OVERHEAD = 40;
const HEADER_OVERHEAD = 10;

/** Sends one request for one partition; the client's `send` of a producer or of a transaction. */
export type SendOne = (request: {
  topic: string;
  acks: number;
  timeout: number;
  messages: Message[];
}) => Promise<RecordMetadata[]>;

/** A run of positions of one partition's records that fits one request. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

function sizeOf(record: ProducerRecord): number {
  let size = RECORD_OVERHEAD + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const header of record.headers) {
    size += HEADER_OVERHEAD + header.name.length + header.value.length;
  }
  return size;
}

/**
 * Cuts a partition's records into requests. Kafka holds max.message.bytes against a whole request of a
 * partition, so a thousand small records in one request would be refused as "too large". A record that is
 * larger than the limit by itself goes alone: then Kafka's refusal names it.
 */
export function slices(records: readonly ProducerRecord[], maxBytes: number | null): Slice[] {
  const limit = maxBytes === null ? DEFAULT_REQUEST_BYTES : Math.floor(maxBytes * FILL);
  const result: Slice[] = [];
  let from = 0;
  let bytes = 0;
  records.forEach((record, position) => {
    const size = sizeOf(record);
    if (position > from && bytes + size > limit) {
      result.push({ from, to: position });
      from = position;
      bytes = 0;
    }
    bytes += size;
  });
  if (from < records.length) result.push({ from, to: records.length });
  return result;
}

/**
 * Appends the batch: one request in flight a partition (two at once, and one lost answer, lose records in
 * kafkajs), partitions side by side. Never rejects: each partition has its offsets or its failure.
 */
export async function appendAll(
  send: SendOne,
  batch: readonly PartitionRecords[],
): Promise<AppendResult> {
  const outcomes = await Promise.all(batch.map((records) => appendPartition(send, records)));
  const offsets: PartitionOffsets[] = [];
  const failures: PartitionFailure[] = [];
  for (const { appended, failure } of outcomes) {
    if (appended.offsets.length > 0) offsets.push(appended);
    if (failure !== null) failures.push(failure);
  }
  if (failures.length > 0) return { complete: false, offsets, failures };
  return { complete: true, offsets };
}

async function appendPartition(
  send: SendOne,
  { topic, partition, records, maxBytes }: PartitionRecords,
): Promise<{ appended: PartitionOffsets; failure: PartitionFailure | null }> {
  const offsets: string[] = [];
  const what = `append to ${topic}-${partition}`;
  for (const { from, to } of slices(records, maxBytes)) {
    try {
      const messages = records.slice(from, to).map((record) => toMessage(record, partition));
      const answer = await withDeadline(
        send({ topic, acks: -1, timeout: DEADLINES.clientRequest - 500, messages }),
        DEADLINES.call,
        what,
      );
      offsets.push(...offsetsOf(answer, topic, partition, to - from));
    } catch (error) {
      // Everything behind the failed request is unsent, but only the request's own records are suspect.
      const positions = Array.from({ length: to - from }, (_, index) => from + index);
      const failure = { topic, partition, positions, error: toKafkaError(error, what) };
      return { appended: { topic, partition, offsets }, failure };
    }
  }
  return { appended: { topic, partition, offsets }, failure: null };
}

/**
 * The offsets of a complete answer. kafkajs answers "success" with an empty list for a partition that its
 * metadata does not hold, so an answer counts only when it names the partition and a real base offset.
 */
function offsetsOf(
  answer: readonly RecordMetadata[],
  topic: string,
  partition: number,
  count: number,
): string[] {
  const [only] = answer;
  if (
    answer.length !== 1 ||
    only === undefined ||
    only.topicName !== topic ||
    only.partition !== partition ||
    only.errorCode !== 0 ||
    only.baseOffset === undefined ||
    BigInt(only.baseOffset) < 0n
  ) {
    throw new KafkaError(
      { code: 'incomplete_answer', scope: 'partition', retryable: true, outcome: 'unknown' },
      `the answer for ${topic}-${partition} does not hold its offset`,
    );
  }
  const base = BigInt(only.baseOffset);
  return Array.from({ length: count }, (_, index) => String(base + BigInt(index)));
}

function toMessage(record: ProducerRecord, partition: number): Message {
  return {
    key: record.key,
    value: record.value,
    partition,
    timestamp: String(record.timestamp),
    headers: headersOf(record),
  };
}

/** kafkajs takes repeated header names as an array of values; the order of different names is kept. */
function headersOf(record: ProducerRecord): Record<string, Buffer | Buffer[]> {
  const headers: Record<string, Buffer | Buffer[]> = Object.create(null) as Record<
    string,
    Buffer | Buffer[]
  >;
  for (const { name, value } of record.headers) {
    const present = headers[name];
    if (present === undefined) headers[name] = value;
    else if (Array.isArray(present)) present.push(value);
    else headers[name] = [present, value];
  }
  return headers;
}
