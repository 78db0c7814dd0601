import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { AdminConnection } from './admin-connection.js';
import { addPartitions } from './change-topic.js';
import { createTopic } from './create-topic.js';
import { DEADLINES } from './kafkajs-client.js';
import { KafkaError } from './kafka.error.js';
import { toLedgerError } from './kafkajs-error.js';
import { Ledger, type LedgerNumber, type LedgerSlot } from './ports.js';

const REPLICATION_FACTOR = 3;
const MIN_IN_SYNC = 2;
/** The mark shows once Kafka has finished its transaction, some milliseconds after the commit was answered. */
const MARK_PAUSE_MS = 5;

export class KafkaJsLedger extends Ledger {
  constructor(private readonly admin: AdminConnection) {
    super();
  }

  async prepare(topic: string, partitions: number): Promise<void> {
    const names = await this.ask('list topics', (admin) => admin.listTopics());
    if (names.includes(topic)) return this.grow(topic, partitions);
    const { brokers } = await this.ask('describe cluster', (a) => a.describeCluster());
    const replicationFactor = Math.min(REPLICATION_FACTOR, brokers.length);
    const config = { 'min.insync.replicas': String(Math.min(MIN_IN_SYNC, replicationFactor)) };
    await this.ask(`create ${topic}`, (admin) =>
      createTopic(admin, { topic, partitions, replicationFactor, config }),
    );
  }

  async numbers(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    const [answer] = await this.ask('read ledger', (admin) =>
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
    );
    const all = (answer?.partitions ?? []).map(
      (one) => [one.partition, Number(one.offset)] as const,
    );
    return new Map(all.filter(([, number]) => number >= 0));
  }

  async read(slot: LedgerSlot, mark: string): Promise<LedgerNumber | null> {
    const until = Date.now() + DEADLINES.call;
    for (;;) {
      // Inside the call, so that a client whose old metadata lacks a partition is thrown away with its answer.
      const [entry, marked] = await this.ask('read ledger', (admin) => offsets(admin, slot));
      if (marked.token === mark) return entry.number < 0 ? null : entry;
      if (Date.now() > until) throw incomplete(`the ledger ${slot.topic} is behind its mark`);
      await pause(MARK_PAUSE_MS);
    }
  }

  private ask<T>(what: string, call: (admin: Admin) => Promise<T>): Promise<T> {
    return this.admin.run(what, call).catch((error: unknown) => {
      throw toLedgerError(error, what);
    });
  }

  /** A ledger topic that an earlier version has made. */
  private async grow(topic: string, partitions: number): Promise<void> {
    const { topics } = await this.ask(`describe ${topic}`, (admin) =>
      admin.fetchTopicMetadata({ topics: [topic] }),
    );
    if ((topics[0]?.partitions.length ?? partitions) >= partitions) return;
    await this.ask(`add partitions to ${topic}`, (admin) =>
      addPartitions(admin, topic, partitions),
    );
  }
}

/** The slot's number and its mark, from one answer. */
async function offsets(
  admin: Admin,
  { group, topic, partition, markPartition }: LedgerSlot,
): Promise<[LedgerNumber, LedgerNumber]> {
  const answer = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const of = (wanted: number): LedgerNumber => {
    const found = answer[0]?.partitions.find((one) => one.partition === wanted);
    if (found === undefined) throw incomplete(`the ledger ${topic} has no partition ${wanted}`);
    return { number: Number(found.offset), token: found.metadata ?? '' };
  };
  return [of(partition), of(markPartition)];
}

function incomplete(message: string): KafkaError {
  return new KafkaError(
    { code: 'incomplete_answer', scope: 'cluster', retryable: true, outcome: 'not-written' },
    message,
  );
}
