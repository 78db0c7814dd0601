import {
  type KafkaError,
  TransactionalProducer,
  TransactionalProducers,
  type AppendResult,
  type LedgerNumber,
  type LedgerSlot,
  type PartitionRecords,
  type ProducerRecord,
} from '@bridge/kafka';
import { DEADLINES } from '../../../libs/kafka/src/kafkajs-client.js';
import { kafkaErrorNumber, toKafkaError } from '../../../libs/kafka/src/kafkajs-error.js';
import {
  nameOf,
  REFUSED,
  type ProducerIdentity,
  type TopicPartitionName,
} from '../kafka-model/protocol.js';
import { appendAll } from './append-all.js';
import { within } from './deadline.js';
import { ModelClient, noLeader, type ModelSite } from './model-client.js';

const CONCURRENT_PAUSE_MS = 1;
/** The client repeats InitProducerId so often, with pauses that double from the first one. */
const FENCE_RETRIES = 5;
const FENCE_PAUSE_MS = 300;
const RETRIABLE_FENCE: ReadonlySet<number | null> = new Set<number>([
  REFUSED.concurrentTransactions,
  REFUSED.coordinatorNotAvailable,
  REFUSED.notCoordinator,
]);

/** Hears of the commits of ledger numbers, for the coverage of the simulation. */
export interface CommitWatch {
  tried(slot: LedgerSlot, entry: LedgerNumber): void;
  answered(slot: LedgerSlot, entry: LedgerNumber): void;
}

export class ModelTransactionalProducers extends TransactionalProducers {
  constructor(
    private readonly site: ModelSite,
    private readonly watch: CommitWatch,
  ) {
    super();
  }

  async fence(transactionalId: string): Promise<TransactionalProducer> {
    const { clock } = this.site;
    const client = new ModelClient(this.site);
    try {
      const connecting = client.ask('connect', () => undefined);
      await within(clock, DEADLINES.connect, 'connect', connecting);
      const initialising = this.initProducerId(client, transactionalId);
      const producer = await within(clock, DEADLINES.call, 'fence', initialising);
      return new ModelTransactionalProducer(client, transactionalId, producer, this.watch);
    } catch (error) {
      client.drop();
      throw toKafkaError(error, `fence ${transactionalId}`);
    }
  }

  private async initProducerId(
    client: ModelClient,
    transactionalId: string,
  ): Promise<ProducerIdentity> {
    const { kafka, clock } = this.site;
    for (let retry = 0; ; retry++) {
      const node = kafka.cluster.coordinatorOf(transactionalId);
      try {
        return await client.call(node, `InitProducerId ${transactionalId}`, () =>
          kafka.initProducerId(node, transactionalId, DEADLINES.transaction),
        );
      } catch (error) {
        const mayRepeat = RETRIABLE_FENCE.has(kafkaErrorNumber(error));
        if (!mayRepeat || retry === FENCE_RETRIES) throw error;
        await clock.sleep(FENCE_PAUSE_MS * 2 ** retry * (0.8 + 0.4 * clock.random()));
      }
    }
  }
}

/** Follows the client's state machine, its sequence numbers and their roll-back, and the adapter around it. */
class ModelTransactionalProducer extends TransactionalProducer {
  /** The fence has begun the first transaction. */
  private state: 'ready' | 'transacting' | 'committing' = 'transacting';
  private fresh = true;
  private current: { readonly slot: LedgerSlot; readonly entry: LedgerNumber } | null = null;
  private readonly sequences = new Map<string, number>();
  private readonly added = new Set<string>();
  /** The client has one transactional request in flight a broker. */
  private readonly locks = new Map<number, Promise<void>>();
  private marks = 0;
  private onLetIn: () => void = () => undefined;
  /** What the coordinator has said instead of letting a partition of this batch in. */
  private refusal: KafkaError | null = null;

  constructor(
    private readonly client: ModelClient,
    private readonly transactionalId: string,
    private readonly producer: ProducerIdentity,
    private readonly watch: CommitWatch,
  ) {
    super();
  }

  async append(
    slot: LedgerSlot,
    entry: LedgerNumber,
    batch: readonly PartitionRecords[],
  ): Promise<AppendResult> {
    try {
      this.begin(slot, entry);
      let numbering: Promise<void> | null = null;
      const number = (): Promise<void> => this.number(slot, slot.partition, entry);
      this.onLetIn = () => {
        if (numbering !== null) return;
        numbering = number();
        numbering.catch(() => undefined);
      };
      const { clock } = this.client.site;
      this.refusal = null;
      const result = await appendAll(clock, (at, records) => this.send(at, records), batch);
      if (this.refusal !== null) throw this.refusal;
      if (result.complete) await (numbering ?? number());
      return result;
    } catch (error) {
      throw toKafkaError(error, `batch ${entry.number}`);
    }
  }

  async commit(): Promise<void> {
    const { current } = this;
    if (current === null) throw new Error('There is no transaction to commit.');
    this.current = null;
    const { slot, entry } = current;
    this.watch.tried(slot, entry);
    try {
      const { clock } = this.client.site;
      await within(clock, DEADLINES.call, 'commit', this.endTransaction());
    } catch (error) {
      throw toKafkaError(error, 'commit');
    }
    this.watch.answered(slot, entry);
  }

  async mark(slot: LedgerSlot): Promise<string> {
    const token = `mark ${this.producer.id}/${this.producer.epoch}/${this.marks++}`;
    try {
      this.begin(slot, { number: 0, token });
      await this.number(slot, slot.markPartition, { number: 0, token });
    } catch (error) {
      throw toKafkaError(error, 'mark the ledger');
    }
    await this.commit();
    return token;
  }

  discard(): void {
    this.client.drop();
  }

  close(): Promise<void> {
    this.client.drop();
    return Promise.resolve();
  }

  private begin(slot: LedgerSlot, entry: LedgerNumber): void {
    if (!this.fresh) {
      if (this.state !== 'ready') throw new Error(`Cannot begin in state ${this.state}.`);
      this.state = 'transacting';
    }
    this.fresh = false;
    this.current = { slot, entry };
  }

  private number(slot: LedgerSlot, partition: number, entry: LedgerNumber): Promise<void> {
    const { clock } = this.client.site;
    return this.untilEnded(() =>
      within(clock, DEADLINES.call, 'ledger', this.sendOffsets(slot, partition, entry)),
    );
  }

  private async untilEnded(call: () => Promise<void>): Promise<void> {
    const { clock } = this.client.site;
    const until = clock.now() + DEADLINES.call;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        const concurrent = kafkaErrorNumber(error) === REFUSED.concurrentTransactions;
        if (!concurrent || clock.now() > until) throw error;
        await clock.sleep(CONCURRENT_PAUSE_MS);
      }
    }
  }

  private async sendOffsets(
    slot: LedgerSlot,
    partition: number,
    { number, token }: LedgerNumber,
  ): Promise<void> {
    const { client, transactionalId, producer } = this;
    const { kafka } = client.site;
    const { group } = slot;
    const coordinator = kafka.cluster.coordinatorOf(transactionalId);
    await client.call(coordinator, 'AddOffsetsToTxn', () =>
      kafka.addOffsets(coordinator, transactionalId, producer, group),
    );
    const node = kafka.cluster.coordinatorOf(group);
    const value = { offset: String(number), metadata: token };
    await client.call(node, `TxnOffsetCommit ${number}`, () =>
      kafka.txnOffsetCommit(node, producer, slot, partition, value),
    );
  }

  private async send(
    at: TopicPartitionName,
    records: readonly ProducerRecord[],
  ): Promise<number | null> {
    const leaders = await this.client.leadersOf(at.topic);
    if (at.partition >= leaders.length) return null;
    const leader = leaders[at.partition] ?? null;
    if (leader === null) throw noLeader();
    const before = this.locks.get(leader) ?? Promise.resolve();
    const sending = before.then(() => this.produce(leader, at, records));
    this.locks.set(
      leader,
      sending.then(
        () => undefined,
        () => undefined,
      ),
    );
    return sending;
  }

  private async produce(
    leader: number,
    at: TopicPartitionName,
    records: readonly ProducerRecord[],
  ): Promise<number> {
    const { client, producer, transactionalId } = this;
    const { kafka } = client.site;
    const name = nameOf(at);
    await this.addPartition(at, name);
    const firstSequence = this.sequences.get(name) ?? 0;
    this.sequences.set(name, firstSequence + records.length);
    try {
      return await client.call(leader, `Produce ${name} #${firstSequence}`, () =>
        kafka.produce(leader, at, records, { ...producer, transactionalId, firstSequence }),
      );
    } catch (error) {
      // The client's fault that makes a producer unusable after any error: the numbers are given out again.
      this.sequences.set(name, (this.sequences.get(name) ?? 0) - records.length);
      throw error;
    }
  }

  private async addPartition(at: TopicPartitionName, name: string): Promise<void> {
    if (this.added.has(name)) return;
    const { client, producer, transactionalId } = this;
    const { kafka } = client.site;
    const coordinator = kafka.cluster.coordinatorOf(transactionalId);
    try {
      await this.untilEnded(() =>
        client.call(coordinator, `AddPartitionsToTxn ${name}`, () =>
          kafka.addPartition(coordinator, transactionalId, producer, at),
        ),
      );
    } catch (error) {
      const known = toKafkaError(error, 'add partitions to the transaction');
      if (known.scope === 'cluster') this.refusal = known;
      throw error;
    }
    this.added.add(name);
    this.onLetIn();
  }

  private async endTransaction(): Promise<void> {
    const { client, producer, transactionalId } = this;
    const { kafka } = client.site;
    if (this.state !== 'transacting') throw new Error(`Cannot commit in state ${this.state}.`);
    this.state = 'committing';
    const coordinator = kafka.cluster.coordinatorOf(transactionalId);
    await client.call(coordinator, 'EndTxn commit', () =>
      kafka.endTxn(coordinator, transactionalId, producer, true),
    );
    this.state = 'ready';
    this.added.clear();
  }
}
