import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { partitionFor, TopicAdmin } from '@bridge/kafka';
import { nameOf, NO_TENANT, type RecordTransaction } from '@bridge/outbox';
import type { Caller } from '../access/index.js';
import { Configuration } from '../config/bridge.config.js';
import { ProblemError } from '../problem/index.js';
import { inList, type AddressedEnvelope, type Envelope } from './envelope.js';
import type { Reading } from './intake.js';
import { madeMessageId, transactionIdOf } from './message-id.js';
import { composeRecord } from './record.js';
import type { RequestTrace } from './request-facts.js';

const LOOKUP_MS = 1_000;

/** What a request says about its records, in whatever language. */
export interface Composition {
  readonly caller: Caller;
  readonly records: readonly AddressedEnvelope[];
  /** The message id that the caller gave each; null where the bridge makes one. */
  readonly ids: readonly (string | null)[];
  readonly many: boolean;
  /** Whether they are to be seen all together or not at all. */
  readonly transactional?: boolean;
  readonly transcoded: boolean;
  readonly trace: RequestTrace;
  /** How old, in milliseconds, the knowledge of the topic's partitions may be; absent: as old as the cache has it. */
  readonly topicMaxAgeMs?: number;
}

/** Makes records of what was read: the ids, the partitions, the bridge's own headers. */
@Injectable()
export class RecordComposer {
  constructor(
    private readonly configuration: Configuration,
    private readonly topics: TopicAdmin,
  ) {}

  /** @throws ProblemError `unknown_topic`, `invalid_partition`. */
  async compose(composition: Composition): Promise<Reading> {
    const { caller, records, ids, many, transcoded, trace } = composition;
    const { topics } = this.configuration.bridge;
    const now = Date.now();
    const partitions = await this.partitionsOf(composition);
    const messageIds = records.map(
      ({ topic }, index) => ids[index] ?? madeMessageId(topic, now, randomBytes(8).toString('hex')),
    );
    const tenants = records.map(({ topic }) => caller.tenants.ownerOf(topic));
    const transaction =
      composition.transactional === true ? transactionOf(messageIds, tenants) : null;
    const composed = records.map(({ topic, envelope }, index) =>
      composeRecord({
        topic,
        messageId: messageIds[index] ?? '',
        tenant: tenants[index] ?? NO_TENANT,
        envelope,
        transcoded,
        traceParent: trace.parent,
        delivery: topics.deliveryOf(topic),
        partition: partitions[index] ?? null,
        transaction,
      }),
    );
    const { tenants: ofCaller } = caller;
    const made = ids.includes(null);
    return { records: composed, made, many, tenants: ofCaller, span: trace.span };
  }

  /**
   * The partition is chosen as early as it can be, and only where it is bound to a key or demanded: a retry
   * must never choose anew. A record without a key goes where the relay finds room.
   */
  private async partitionsOf(composition: Composition): Promise<readonly (number | null)[]> {
    const { records, many } = composition;
    const counts = new Map<string, number | null>();
    for (const { topic } of records) {
      if (counts.has(topic)) continue;
      const count = await this.countOf(topic, composition);
      // In a transaction the place of the record is told with it.
      if (count === 0 && composition.transactional !== true) throw unknownTopic();
      counts.set(topic, count);
    }
    return records.map(({ topic, envelope }, index) =>
      inList(many, index, () => chosenPartition(envelope, counts.get(topic) ?? null)),
    );
  }

  private async countOf(
    topic: string,
    { records, topicMaxAgeMs }: Composition,
  ): Promise<number | null> {
    const count =
      this.topics.cachedPartitions(topic, topicMaxAgeMs) ??
      (await this.askCount(topic, topicMaxAgeMs));
    if (count === null || count === 0) return count;
    const own = records.filter((record) => record.topic === topic);
    const demanded = Math.max(0, ...own.map(({ envelope }) => envelope.partition ?? 0));
    // Partitions may have been added since the cluster was asked.
    return demanded < count ? count : this.askCount(topic, 0);
  }

  /** A cluster that is known to be away is not asked: every POST of an outage would wait for it. */
  private async askCount(topic: string, maxAgeMs?: number): Promise<number | null> {
    return this.topics.reachable()
      ? this.topics.lookupPartitions(topic, LOOKUP_MS, maxAgeMs)
      : this.topics.cachedPartitions(topic);
  }
}

/** @param count null while it cannot be known. @throws ProblemError `unknown_topic`, `invalid_partition`. */
function chosenPartition({ key, partition }: Envelope, count: number | null): number | null {
  if (count === 0) throw unknownTopic();
  if (count === null) return partition;
  if (partition !== null && partition >= count) {
    throw new ProblemError('invalid_partition', `The topic has ${count} partitions, from 0`);
  }
  return partition ?? (key === null ? null : partitionFor(key, count));
}

function unknownTopic(): ProblemError {
  return new ProblemError('unknown_topic', 'The cluster does not have this topic');
}

/** @throws ProblemError `invalid_message_id`. */
function transactionOf(
  messageIds: readonly string[],
  tenants: readonly string[],
): RecordTransaction {
  const names = messageIds.map((messageId, index) => {
    const tenant = tenants[index] ?? NO_TENANT;
    return tenant === NO_TENANT ? messageId : nameOf({ messageId, tenant });
  });
  if (new Set(names).size < names.length) {
    throw new ProblemError('invalid_message_id', 'A message id stands twice in the transaction');
  }
  return { id: transactionIdOf(names), size: messageIds.length };
}
