import type { KafkaError, PartitionFailure, PartitionRecords, TopicAdmin } from '@bridge/kafka';
import type { Acknowledgement, BatchKind } from '@bridge/outbox';
import type { Outgoing } from './outgoing.js';
import type { Settlements } from './settlements.js';

/** A partition's request that Kafka did not take; `rows` are the ones that the request held. */
export interface Refusal {
  readonly topic: string;
  readonly partition: number;
  readonly rows: readonly Outgoing[];
  readonly error: KafkaError;
  /** Number of the batch; null where batches have none. */
  readonly batch: number | null;
}

/** What became of a batch. Whatever was in doubt has been asked of the ledger before this is told. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** Some requests were refused. `delivered` (at-least-once only) are the rows that are settled all the same. */
  | {
      readonly kind: 'refused';
      readonly refusals: readonly Refusal[];
      readonly delivered: ReadonlySet<number>;
      /** Whether any partition of the batch took its records: then the cluster as a whole is well. */
      readonly othersTaken: boolean;
    }
  /** The cluster's trouble: nothing of the batch was delivered. */
  | { readonly kind: 'failed'; readonly error: KafkaError }
  /** The relay is stopping, or has stopped for good; the batch is settled at the next start. */
  | { readonly kind: 'stopped' };

/** Code of what has gone wrong; null: nothing. */
export function failureOf(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case 'delivered':
      return null;
    case 'refused':
      return outcome.refusals[0]?.error.code ?? 'unknown';
    case 'failed':
      return outcome.error.code;
    case 'stopped':
      return 'stopped';
    default: {
      const unknown: never = outcome;
      throw new Error(`no such outcome: ${JSON.stringify(unknown)}`);
    }
  }
}

/** How batches of one pipeline go to Kafka. Used by one sequential loop. */
export abstract class Delivery {
  /** Gets ready to send: fences, asks the ledger, settles what was open. False when the relay stops instead. */
  abstract ready(stop: AbortSignal): Promise<boolean>;

  abstract deliver(
    kind: BatchKind,
    batch: readonly Outgoing[],
    stop: AbortSignal,
  ): Promise<Outcome>;

  /** Commits the ledger's number again when it is a day old, so that Kafka does not forget it. Called when idle. */
  abstract heartbeat(stop: AbortSignal): Promise<void>;

  abstract close(): Promise<void>;
}

/** The batch by partition, in the order of its rows. */
export function byPartition(
  batch: readonly Outgoing[],
  topics: Pick<TopicAdmin, 'cachedMaxBytes'>,
): { readonly requests: PartitionRecords[]; readonly rows: Outgoing[][] } {
  const groups = new Map<string, Outgoing[]>();
  for (const row of batch) {
    const name = `${row.topic}\u0000${row.partition}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  const rows = [...groups.values()];
  const requests = rows.map((group) => {
    const { topic, partition } = group[0]!;
    const maxBytes = topics.cachedMaxBytes(topic);
    return { topic, partition, maxBytes, records: group.map(({ record }) => record) };
  });
  return { requests, rows };
}

/** Kafka's failures with the rows that they are about. */
export function refusalsOf(
  failures: readonly PartitionFailure[],
  requests: readonly PartitionRecords[],
  rows: readonly (readonly Outgoing[])[],
  batch: number | null,
): Refusal[] {
  return failures.map(({ topic, partition, positions, error }) => {
    const index = requests.findIndex((one) => one.topic === topic && one.partition === partition);
    const group = rows[index] ?? [];
    return {
      topic,
      partition,
      error,
      batch,
      rows: positions.flatMap((position) => group[position] ?? []),
    };
  });
}

/** Tells the waiting POSTs where Kafka wrote their records. */
export function announce(
  settlements: Settlements,
  acknowledgements: readonly Acknowledgement[],
): void {
  for (const { id, partition, offset } of acknowledgements) {
    settlements.settle(id, { status: 'sent', partition, offset });
  }
}
