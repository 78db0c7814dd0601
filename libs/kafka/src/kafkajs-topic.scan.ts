import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { AdminConnection } from './admin-connection.js';
import { withDeadline } from './deadline.js';
import { KafkaError } from './kafka.error.js';
import { DEADLINES, KafkaClient, type KafkaConnection } from './kafkajs-client.js';
import { toKafkaError } from './kafkajs-error.js';
import { clusterOf, fetchCommitted, type Cluster, type RawMessage } from './kafkajs-fetch.js';
import type { LedgerNumber } from './ports.js';
import { TopicScan, type ScannedPiece, type ScannedRecord } from './topic-scan.js';

/** So long without anything new, and the scan gives up. Transactions that are left open end within this. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 500;
/** A broker that has just started may not know a topic that is there. */
const MISSING_TIMES = 4;
/** An answer may be empty for once although there is something to read. */
const EMPTY_TIMES = 5;

/** Where a scan stands: kept over the clients that it uses up. */
interface Progress {
  readonly topic: string;
  /** Bounds of each partition as they were when the scan began. */
  bounds: ReadonlyMap<number, { readonly logStart: bigint; readonly end: bigint }> | null;
  readonly positions: Map<number, bigint>;
  /** Partitions whose bounds were given out. */
  readonly told: Set<number>;
  movedAt: number;
  missing: number;
}

export class KafkaJsTopicScan extends TopicScan {
  constructor(
    private readonly connection: KafkaConnection,
    private readonly admin: AdminConnection,
  ) {
    super();
  }

  async *scan(topic: string, from: ReadonlyMap<number, bigint>): AsyncGenerator<ScannedPiece> {
    const progress: Progress = {
      topic,
      bounds: null,
      positions: new Map(from),
      told: new Set(),
      movedAt: Date.now(),
      missing: 0,
    };
    for (;;) {
      const client = new KafkaClient(this.connection);
      const cluster = clusterOf(client.kafka);
      try {
        yield* this.pass(cluster, progress);
        return;
      } catch (error) {
        const known = toKafkaError(error, `read ${topic}`);
        if (!mayGoOn(known, progress)) throw known;
      } finally {
        client.abandon(cluster);
      }
      await pause(RETRY_MS);
    }
  }

  async cleanupPolicy(topic: string): Promise<string | null> {
    try {
      const { resources } = await this.admin.run(`settings of ${topic}`, (admin) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: topic,
              configNames: ['cleanup.policy'],
            },
          ],
        }),
      );
      return resources[0]?.configEntries[0]?.configValue ?? null;
    } catch {
      // It needs a right of its own (DescribeConfigs).
      return null;
    }
  }

  async peek(group: string, topic: string): Promise<ReadonlyMap<number, LedgerNumber>> {
    const names = await this.admin.run('list topics', (admin) => admin.listTopics());
    if (!names.includes(topic)) return new Map();
    const [answer] = await this.admin.run('read ledger', (admin) =>
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
    );
    const held = (answer?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
    return new Map(
      held.map(({ partition, offset, metadata }) => [
        partition,
        { number: Number(offset), token: metadata ?? '' },
      ]),
    );
  }

  async groups(prefix: string): Promise<readonly string[]> {
    const { groups } = await this.admin.run('list groups', (admin) => admin.listGroups());
    return groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(prefix));
  }

  close(): Promise<void> {
    return this.admin.close();
  }

  /** Goes on where the last client has stopped. */
  private async *pass(cluster: Cluster, progress: Progress): AsyncGenerator<ScannedPiece> {
    const { topic } = progress;
    await withDeadline(cluster.connect(), DEADLINES.connect, 'connect');
    await withDeadline(cluster.addTargetTopic(topic), DEADLINES.call, `describe ${topic}`);
    const bounds = (progress.bounds ??= await boundsOf(cluster, topic));
    for (const [partition, { logStart, end }] of bounds) {
      const at = progress.positions.get(partition) ?? logStart;
      let position = at < logStart ? logStart : at;
      if (!progress.told.has(partition)) {
        progress.told.add(partition);
        yield { partition, records: [], logStart, position, end };
      }
      while (position < end) {
        const piece = await this.piece(cluster, progress, partition, position, end);
        position = piece.position;
        yield { partition, logStart, end, ...piece };
        progress.positions.set(partition, position);
        progress.movedAt = Date.now();
      }
    }
  }

  private async piece(
    cluster: Cluster,
    progress: Progress,
    partition: number,
    position: bigint,
    end: bigint,
  ): Promise<{ readonly records: readonly ScannedRecord[]; readonly position: bigint }> {
    const { topic } = progress;
    for (let empty = 0; ;) {
      const { messages, last, lastStable } = await withDeadline(
        fetchCommitted(cluster, topic, partition, position),
        DEADLINES.call,
        `read ${topic}-${partition}`,
      );
      if (last !== null) {
        const records = messages
          .map((message) => recordOf(partition, message))
          .filter(({ offset }) => offset < end);
        return { records, position: last + 1n };
      }
      if (Date.now() - progress.movedAt > PATIENCE_MS) throw open(topic, partition);
      // What is not decided yet: somebody's transaction is open there.
      if (lastStable <= position) empty = 0;
      else if (++empty >= EMPTY_TIMES) {
        await this.refuseUnlessCompacted(topic, partition, position);
        return { records: [], position: position + 1n };
      }
      await pause(RETRY_MS / EMPTY_TIMES);
    }
  }

  /** Compaction leaves holes; anywhere else an offset that cannot be read is a record that was not seen. */
  private async refuseUnlessCompacted(topic: string, partition: number, position: bigint) {
    const policy = await this.cleanupPolicy(topic);
    if (policy?.includes('compact') === true) return;
    throw incomplete(`${topic}-${partition} gives nothing at offset ${position}`);
  }
}

async function boundsOf(
  cluster: Cluster,
  topic: string,
): Promise<ReadonlyMap<number, { readonly logStart: bigint; readonly end: bigint }>> {
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }));
  const read = async (fromBeginning: boolean): Promise<ReadonlyMap<number, bigint>> => {
    const asked = cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions }]);
    const [answer] = await withDeadline(asked, DEADLINES.call, `offsets of ${topic}`);
    return new Map(answer?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
  };
  const starts = await read(true);
  const ends = await read(false);
  if (partitions.length === 0) throw incomplete(`${topic} has no partitions`);
  return new Map(
    partitions.map(({ partition }) => {
      const logStart = starts.get(partition);
      const end = ends.get(partition);
      // An incomplete answer would make an unread partition look read to its end.
      if (logStart === undefined || end === undefined) {
        throw incomplete(`the end of ${topic}-${partition} is not known`);
      }
      return [partition, { logStart, end }];
    }),
  );
}

function mayGoOn(error: KafkaError, progress: Progress): boolean {
  if (error.code === 'unknown_topic') return ++progress.missing < MISSING_TIMES;
  return error.retryable && Date.now() - progress.movedAt < PATIENCE_MS;
}

function recordOf(partition: number, message: RawMessage): ScannedRecord {
  return {
    partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers: Object.entries(message.headers).flatMap(([name, values]) =>
      [values].flat().map((value) => ({ name, value: value ?? Buffer.alloc(0) })),
    ),
    timestamp: Number(message.timestamp),
    transactional: message.batchContext?.inTransaction === true,
  };
}

function open(topic: string, partition: number): KafkaError {
  return new KafkaError(
    { code: 'kafka_timeout', scope: 'cluster', retryable: false, outcome: 'unknown' },
    `${topic}-${partition} gives nothing new; somebody's transaction may be open there`,
  );
}

function incomplete(message: string): KafkaError {
  return new KafkaError(
    { code: 'incomplete_answer', scope: 'cluster', retryable: true, outcome: 'unknown' },
    message,
  );
}
