import { KafkaError, Ledger, type LedgerNumber, type LedgerSlot } from '@bridge/kafka';
import { DEADLINES } from '../../../libs/kafka/src/kafkajs-client.js';
import { toKafkaError } from '../../../libs/kafka/src/kafkajs-error.js';
import type { GroupOffset } from '../kafka-model/group-offsets.js';
import { within } from './deadline.js';
import { ModelClient, type ModelSite } from './model-client.js';

const MARK_PAUSE_MS = 5;

/** As the adapter: it asks until the answer holds the mark. */
export class ModelLedger extends Ledger {
  private client: ModelClient | null = null;

  constructor(private readonly site: ModelSite) {
    super();
  }

  async prepare(topic: string, partitions: number): Promise<void> {
    await this.run('prepare ledger', (client) =>
      client.ask(`create ${topic}`, () => {
        const { kafka } = this.site;
        if (!kafka.cluster.topics.has(topic)) kafka.createTopic(topic, partitions);
      }),
    );
  }

  async numbers(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    const { kafka } = this.site;
    const node = kafka.cluster.coordinatorOf(group);
    const partitions = kafka.cluster.topics.get(topic)?.partitions.length ?? 0;
    const all = await this.run('read ledger', (client) =>
      client.call(node, 'OffsetFetch', () =>
        Array.from({ length: partitions }, (_, partition) =>
          kafka.offsetFetch(node, group, { topic, partition }),
        ),
      ),
    );
    return new Map(
      all.flatMap((entry, partition) =>
        entry === null ? [] : [[partition, Number(entry.offset)]],
      ),
    );
  }

  async read(slot: LedgerSlot, mark: string): Promise<LedgerNumber | null> {
    const { clock } = this.site;
    const until = clock.now() + DEADLINES.call;
    for (;;) {
      const [entry, marked] = await this.run('read ledger', (client) => this.fetch(client, slot));
      if (marked?.metadata === mark) {
        return entry === null ? null : { number: Number(entry.offset), token: entry.metadata };
      }
      if (clock.now() > until) throw behind();
      await clock.sleep(MARK_PAUSE_MS);
    }
  }

  private fetch(
    client: ModelClient,
    { group, topic, partition, markPartition }: LedgerSlot,
  ): Promise<[GroupOffset | null, GroupOffset | null]> {
    const { kafka } = this.site;
    const node = kafka.cluster.coordinatorOf(group);
    return client.call(node, 'OffsetFetch', () => [
      kafka.offsetFetch(node, group, { topic, partition }),
      kafka.offsetFetch(node, group, { topic, partition: markPartition }),
    ]);
  }

  private async run<T>(what: string, ask: (client: ModelClient) => Promise<T>): Promise<T> {
    const client = (this.client ??= new ModelClient(this.site));
    try {
      return await within(this.site.clock, DEADLINES.call, what, ask(client));
    } catch (error) {
      if (this.client === client) this.client = null;
      client.drop();
      throw toKafkaError(error, what);
    }
  }
}

function behind(): KafkaError {
  return new KafkaError(
    { code: 'incomplete_answer', scope: 'cluster', retryable: true, outcome: 'not-written' },
    'the ledger is behind its mark',
  );
}
