import type { Message, RecordMetadata } from 'kafkajs';
import { withDeadline } from './deadline.js';
import { KafkaError } from './kafka.error.js';
import { DEADLINES } from './kafkajs-client.js';
import { toKafkaError } from './kafkajs-error.js';
import { partitionAnswers, type PartitionAnswer } from './kafkajs-partition-answers.js';
import { toMessage } from './messages.js';
import type { AppendResult, PartitionFailure, PartitionRecords } from './ports.js';
import { DEFAULT_REQUEST_BYTES, slices, type Slice } from './slices.js';

export interface AppendRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly topicMessages: { topic: string; messages: Message[] }[];
}

export interface AppendPorts {
  /** Sends one request to one broker; the client's `sendBatch` of a producer or of a transaction. */
  readonly send: (request: AppendRequest) => Promise<RecordMetadata[]>;
  /** The node that leads a partition, or null when that is not known: such a partition has requests of its own. */
  readonly leaderOf: (topic: string, partition: number) => number | null;
}

/** One partition of a batch on its way. */
interface Part {
  readonly of: PartitionRecords;
  /** What has not been sent yet, in order. */
  readonly left: Slice[];
  readonly offsets: string[];
  failure: PartitionFailure | null;
}

/** A part with the slice of it that is in one request. */
interface Sent {
  readonly part: Part;
  readonly slice: Slice;
}

/**
 * Appends the batch: one request in flight a broker, with one slice of a partition at most (two at once, and one
 * lost answer, lose records in kafkajs). A broker writes what a request holds for several partitions at once, and
 * works on one request of a connection at a time: sent one by one, 16 partitions take five times as long.
 * Never rejects for what Kafka says of a partition: each one has its offsets, its failure, or was not attempted
 * beside one that failed.
 */
export async function appendAll(
  ports: AppendPorts,
  batch: readonly PartitionRecords[],
): Promise<AppendResult> {
  const parts = batch.map((of): Part => {
    return { of, left: slices(of.records, of.maxBytes), offsets: [], failure: null };
  });
  await Promise.all(byLeader(ports, parts).map((group) => appendGroup(ports, group)));
  const offsets = parts
    .filter((part) => part.offsets.length > 0)
    .map((part) => ({ topic: part.of.topic, partition: part.of.partition, offsets: part.offsets }));
  const failures = parts.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0) return { complete: false, offsets, failures };
  const open = parts.find((part) => part.offsets.length !== part.of.records.length);
  if (open !== undefined) throw incomplete(open);
  return { complete: true, offsets };
}

function byLeader({ leaderOf }: AppendPorts, parts: readonly Part[]): Part[][] {
  const groups = new Map<number, Part[]>();
  const alone: Part[][] = [];
  for (const part of parts) {
    const leader = leaderOf(part.of.topic, part.of.partition);
    const group = leader === null ? undefined : groups.get(leader);
    if (leader === null) alone.push([part]);
    else if (group === undefined) groups.set(leader, [part]);
    else group.push(part);
  }
  return [...groups.values(), ...alone];
}

/** Everything for one broker, request after request. */
async function appendGroup({ send }: AppendPorts, group: readonly Part[]): Promise<void> {
  for (;;) {
    const sent = nextRequest(group);
    const [first] = sent;
    if (first === undefined) return;
    const what = `append to ${nameOf(first.part)}`;
    try {
      const answer = await withDeadline(send(requestOf(sent)), DEADLINES.call, what);
      for (const one of sent) take(one, baseOffsetOf(answer, one));
    } catch (error) {
      const answers = partitionAnswers(error);
      if (answers === null) {
        abandon(group, sent, error);
        return;
      }
      for (const one of sent) settle(one, answers);
    }
  }
}

/** Takes the next slice of each partition, as many as fit one request. */
function nextRequest(group: readonly Part[]): Sent[] {
  const sent: Sent[] = [];
  let bytes = 0;
  for (const part of group) {
    const [slice] = part.left;
    if (slice === undefined) continue;
    if (sent.length > 0 && bytes + slice.bytes > DEFAULT_REQUEST_BYTES) continue;
    part.left.shift();
    sent.push({ part, slice });
    bytes += slice.bytes;
  }
  return sent;
}

function requestOf(sent: readonly Sent[]): AppendRequest {
  const byTopic = new Map<string, Message[]>();
  for (const { part, slice } of sent) {
    const { topic, partition, records } = part.of;
    const messages = byTopic.get(topic) ?? [];
    byTopic.set(topic, messages);
    for (const record of records.slice(slice.from, slice.to)) {
      messages.push(toMessage(record, partition));
    }
  }
  const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
  return { acks: -1, timeout: DEADLINES.clientRequest - 500, topicMessages };
}

/** Kafka has answered with an error that is about some of the partitions. */
function settle({ part, slice }: Sent, answers: readonly PartitionAnswer[]): void {
  const { topic, partition } = part.of;
  const answer = answers.find((one) => one.topic === topic && one.partition === partition);
  if (answer === undefined) {
    // Not even tried, since Kafka has refused another one.
    part.left.length = 0;
  } else if (answer.error === null) {
    take({ part, slice }, answer.baseOffset);
  } else {
    fail(part, slice, answer.error);
  }
}

/** Nobody knows what became of the request. Nothing more is sent to this broker. */
function abandon(group: readonly Part[], sent: readonly Sent[], error: unknown): void {
  for (const part of group) {
    const slice = sent.find((one) => one.part === part)?.slice ?? part.left[0];
    if (slice !== undefined) fail(part, slice, error);
  }
}

/** Everything behind the failed request is unsent, but only the request's own records are suspect. */
function fail(part: Part, { from, to }: Slice, error: unknown): void {
  const { topic, partition } = part.of;
  const positions = Array.from({ length: to - from }, (_, index) => from + index);
  const known = toKafkaError(error, `append to ${nameOf(part)}`);
  part.failure = { topic, partition, positions, error: known };
  part.left.length = 0;
}

/** An offset for each record of the slice; without a real base offset they were not appended. */
function take({ part, slice }: Sent, baseOffset: string | null): void {
  const base = BigInt(baseOffset ?? -1);
  if (base < 0n) return fail(part, slice, incomplete(part));
  for (let at = 0n; at < slice.to - slice.from; at++) part.offsets.push(String(base + at));
}

/**
 * The base offset in a complete answer. kafkajs answers "success" with an empty list for a partition that its
 * metadata does not hold, so an answer counts only when it names the partition, once, and without an error.
 */
function baseOffsetOf(answer: readonly RecordMetadata[], { part }: Sent): string | null {
  const { topic, partition } = part.of;
  const [only, ...more] = answer.filter(
    (one) => one.topicName === topic && one.partition === partition,
  );
  if (only === undefined || more.length > 0 || only.errorCode !== 0) return null;
  return only.baseOffset ?? null;
}

function incomplete(part: Part): KafkaError {
  return new KafkaError(
    { code: 'incomplete_answer', scope: 'partition', retryable: true, outcome: 'unknown' },
    `the answer for ${nameOf(part)} does not hold its offset`,
  );
}

function nameOf({ of: { topic, partition } }: Part): string {
  return `${topic}-${partition}`;
}
