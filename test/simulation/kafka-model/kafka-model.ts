import type { LedgerSlot, ProducerRecord } from '@bridge/kafka';
import type { Scheduler } from '../world/scheduler.js';
import { Cluster, type ModelPartition } from './cluster.js';
import { GroupOffsets, type GroupOffset } from './group-offsets.js';
import {
  nameOf,
  ProtocolRefusal,
  REFUSED,
  type ProducerIdentity,
  type TopicPartitionName,
} from './protocol.js';
import { TransactionCoordinator, type Participant } from './transactions.js';

const MAX_BYTES = 1_048_588;
const RECORD_OVERHEAD = 40;
const BATCH_OVERHEAD = 61;
/** How long a coordinator that has just started may answer from the past. Milliseconds. */
const PAST_MS = 2_000;

/** Who produces, as the request says it; null is a plain producer. */
export interface ProduceIdentity extends ProducerIdentity {
  readonly transactionalId: string;
  readonly firstSequence: number;
}

/**
 * Kafka as a client meets it, one method a request. A method either changes the model and answers, or throws
 * `ProtocolRefusal`; that requests and answers get lost is the network's part.
 */
export class KafkaModel {
  readonly cluster: Cluster;
  readonly transactions: TransactionCoordinator;
  private readonly groups = new Map<string, GroupOffsets>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly seen: (what: string) => void,
  ) {
    this.cluster = new Cluster(scheduler);
    this.transactions = new TransactionCoordinator(scheduler, seen);
    this.cluster.onCoordinatorMoved = (key) => this.startCoordinator(key);
  }

  createTopic(name: string, partitions: number, maxBytes = MAX_BYTES): void {
    if (this.cluster.topics.has(name)) throw new ProtocolRefusal(REFUSED.topicExists);
    this.cluster.createTopic(name, partitions, maxBytes);
  }

  initProducerId(node: number, transactionalId: string, timeoutMs: number): ProducerIdentity {
    this.cluster.checkCoordinator(node, transactionalId);
    return this.transactions.initProducerId(transactionalId, timeoutMs);
  }

  addPartition(
    node: number,
    transactionalId: string,
    producer: ProducerIdentity,
    at: TopicPartitionName,
  ): void {
    this.cluster.checkCoordinator(node, transactionalId);
    const partition = this.cluster.find(at);
    this.transactions.add(transactionalId, producer, this.participant(nameOf(at), partition));
  }

  addOffsets(
    node: number,
    transactionalId: string,
    producer: ProducerIdentity,
    group: string,
  ): void {
    this.cluster.checkCoordinator(node, transactionalId);
    this.transactions.add(transactionalId, producer, {
      name: group,
      end: (who, committed) => {
        if (!this.cluster.enoughInSync) return false;
        this.groupOf(group).end(who, committed);
        return true;
      },
    });
  }

  txnOffsetCommit(
    node: number,
    producer: ProducerIdentity,
    { group, topic }: LedgerSlot,
    partition: number,
    value: GroupOffset,
  ): void {
    this.cluster.checkCoordinator(node, group);
    this.cluster.find({ topic, partition });
    this.groupOf(group).stage(producer, { topic, partition }, value);
  }

  endTxn(node: number, transactionalId: string, producer: ProducerIdentity, commit: boolean): void {
    this.cluster.checkCoordinator(node, transactionalId);
    this.transactions.end(transactionalId, producer, commit);
  }

  /** @returns the base offset. */
  produce(
    node: number,
    at: TopicPartitionName,
    records: readonly ProducerRecord[],
    producer: ProduceIdentity | null,
  ): number {
    const partition = this.cluster.find(at);
    const topic = this.cluster.topics.get(at.topic);
    if (topic?.authorized === false) throw new ProtocolRefusal(REFUSED.topicNotAuthorized);
    this.checkLeader(node, partition);
    if (sizeOf(records) > (topic?.maxBytes ?? MAX_BYTES)) {
      throw new ProtocolRefusal(REFUSED.messageTooLarge);
    }
    if (producer !== null && !partition.log.hasOpen(producer.id)) {
      this.noting(() => this.verify(producer, at, partition));
    }
    const before = partition.log.end;
    const few = partition.sickness === 'few-replicas' || !this.cluster.enoughInSync;
    if (few && this.scheduler.random.chance(0.6)) {
      throw new ProtocolRefusal(REFUSED.notEnoughReplicas);
    }
    const baseOffset = this.append(partition, records, producer);
    if (few) throw this.afterAppend(REFUSED.notEnoughReplicasAfterAppend);
    if (!this.cluster.acknowledges) throw this.afterAppend(REFUSED.requestTimedOut);
    if (baseOffset < before) this.seen('a repeated request was recognised');
    return baseOffset;
  }

  offsetFetch(node: number, group: string, at: TopicPartitionName): GroupOffset | null {
    if (this.cluster.coordinatorOf(group) !== node) {
      throw new ProtocolRefusal(REFUSED.notCoordinator);
    }
    return this.groupOf(group).read(at);
  }

  groupOf(group: string): GroupOffsets {
    const known = this.groups.get(group) ?? new GroupOffsets();
    this.groups.set(group, known);
    return known;
  }

  private participant(name: string, partition: ModelPartition): Participant {
    return {
      name,
      end: (producer, committed) => {
        if (!this.cluster.isWritable(partition)) return false;
        partition.log.endTransaction(producer, committed);
        return true;
      },
    };
  }

  private append(
    { log }: ModelPartition,
    records: readonly ProducerRecord[],
    producer: ProduceIdentity | null,
  ): number {
    return this.noting(() => log.append(records, producer));
  }

  private noting<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      this.seen('a late or foreign request was refused');
      throw error;
    }
  }

  private checkLeader(node: number, { leader, sickness }: ModelPartition): void {
    if (sickness === 'leaderless') throw new ProtocolRefusal(REFUSED.leaderNotAvailable);
    if (leader !== node) throw new ProtocolRefusal(REFUSED.notLeader);
  }

  /** Since Kafka 3.6 the leader asks the coordinator before it takes a transaction's first record. */
  private verify(producer: ProduceIdentity, at: TopicPartitionName, { log }: ModelPartition): void {
    log.producers.checkEpoch(producer);
    if (!this.transactions.holds(producer.transactionalId, producer, nameOf(at))) {
      throw new ProtocolRefusal(REFUSED.invalidTransactionState);
    }
  }

  private afterAppend(code: 7 | 20): ProtocolRefusal {
    this.seen('written and not acknowledged');
    return new ProtocolRefusal(code);
  }

  /** What its followers have not confirmed yet, a new coordinator does not answer from. */
  private startCoordinator(group: string): void {
    const known = this.groups.get(group);
    const { random } = this.scheduler;
    if (known === undefined || !random.chance(0.5)) return;
    known.answerFromThePast();
    this.seen('a group coordinator answered from the past');
    this.scheduler.after(random.span(1, PAST_MS), `confirmed ${group}`, () => known.confirmed());
  }
}

function sizeOf(records: readonly ProducerRecord[]): number {
  let size = BATCH_OVERHEAD;
  for (const { key, value, headers } of records) {
    size += RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
    for (const header of headers) size += header.name.length + header.value.length;
  }
  return size;
}
