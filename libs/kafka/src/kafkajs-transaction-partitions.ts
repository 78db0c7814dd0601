import type { AddPartitions, ClusterBroker, ProducerCluster } from './kafkajs-cluster.js';
import type { KafkaError } from './kafka.error.js';
import { toKafkaError } from './kafkajs-error.js';
import { partitionAnswers } from './kafkajs-partition-answers.js';
import { untilEnded } from './last-transaction.js';

/** kafkajs' number for the coordinator of transactions. */
const TRANSACTION_COORDINATOR = 1;

export interface PlannedPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Lets all partitions of a batch into the transaction by one request, as Java's client does. kafkajs asks for those
 * of each leader, and the coordinator, which writes every answer down before it gives it, works on one question of
 * a transaction at a time.
 */
export class TransactionPartitions {
  private request: AddPartitions = { topics: [] };
  private planned: ReadonlySet<string> = new Set();
  private answer: Promise<unknown> | null = null;
  private onLetIn: () => void = () => undefined;
  private ownRefusal: KafkaError | null = null;

  constructor(cluster: ProducerCluster) {
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (question) => {
      const broker = await find(question);
      if (question.coordinatorType === TRANSACTION_COORDINATOR) this.takeOver(broker);
      return broker;
    };
  }

  /**
   * Called before the first record of a transaction is sent: what the whole of it will write to.
   * @param onLetIn is called when Kafka has let them in, before the first record is sent.
   */
  plan(partitions: readonly PlannedPartition[], onLetIn: () => void = () => undefined): void {
    const byTopic = new Map<string, number[]>();
    for (const { topic, partition } of partitions) {
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition]);
    }
    const topics = [...byTopic].map(([topic, numbers]) => ({ topic, partitions: numbers }));
    this.request = { topics };
    this.planned = new Set(namesOf(this.request));
    this.answer = null;
    this.onLetIn = onLetIn;
    this.ownRefusal = null;
  }

  /** What the coordinator said instead of letting the planned ones in, when it is about none of their topics; or null. */
  get refusal(): KafkaError | null {
    return this.ownRefusal;
  }

  private takeOver(broker: ClusterBroker): void {
    if (Object.hasOwn(broker, 'addPartitionsToTxn')) return;
    const ask = broker.addPartitionsToTxn.bind(broker);
    broker.addPartitionsToTxn = (request) => {
      // Kafka must have heard of every partition that is written to: a transaction does not end in the others.
      if (!namesOf(request).every((name) => this.planned.has(name))) {
        return untilEnded(() => ask(request));
      }
      this.answer ??= this.askOnce(() => ask({ ...request, topics: this.request.topics }));
      return this.answer;
    };
  }

  private async askOnce(ask: () => Promise<unknown>): Promise<unknown> {
    const { onLetIn } = this;
    try {
      const answer = await untilEnded(ask);
      onLetIn();
      return answer;
    } catch (error) {
      this.ownRefusal = refusalOf(error);
      throw error;
    }
  }
}

/**
 * Null: it is about some of the partitions. What kafkajs throws is the first error of the answer, which may be that of a
 * partition that Kafka has not looked at because of another one.
 */
function refusalOf(error: unknown): KafkaError | null {
  const said = partitionAnswers(error)?.map((answer) => answer.error) ?? [error];
  const known = said.map((one) => toKafkaError(one, 'add partitions to the transaction'));
  return known.every(({ scope }) => scope === 'cluster') ? (known[0] ?? null) : null;
}

function namesOf({ topics }: AddPartitions): string[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => `${topic}\u0000${partition}`),
  );
}
