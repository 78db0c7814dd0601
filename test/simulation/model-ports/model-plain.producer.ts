import {
  PlainProducer,
  type AppendResult,
  type PartitionRecords,
  type ProducerRecord,
} from '@bridge/kafka';
import { DEADLINES } from '../../../libs/kafka/src/kafkajs-client.js';
import { toKafkaError } from '../../../libs/kafka/src/kafkajs-error.js';
import { nameOf, type TopicPartitionName } from '../kafka-model/protocol.js';
import { appendAll } from './append-all.js';
import { within } from './deadline.js';
import { ModelClient, noLeader, type ModelSite } from './model-client.js';

/** As the adapter: one client until something fails, then another one. */
export class ModelPlainProducer extends PlainProducer {
  private opening: Promise<ModelClient> | null = null;

  constructor(private readonly site: ModelSite) {
    super();
  }

  async append(batch: readonly PartitionRecords[]): Promise<AppendResult> {
    const opening = (this.opening ??= this.connect());
    const client = await opening;
    const result = await appendAll(this.site.clock, (at, rows) => send(client, at, rows), batch);
    if (!result.complete) {
      if (this.opening === opening) this.opening = null;
      client.drop();
    }
    return result;
  }

  async close(): Promise<void> {
    const client = await this.opening?.catch(() => null);
    this.opening = null;
    client?.drop();
  }

  private async connect(): Promise<ModelClient> {
    const client = new ModelClient(this.site);
    try {
      const connecting = client.ask('connect', () => undefined);
      await within(this.site.clock, DEADLINES.connect, 'connect', connecting);
      return client;
    } catch (error) {
      this.opening = null;
      client.drop();
      throw toKafkaError(error, 'connect');
    }
  }
}

async function send(
  client: ModelClient,
  at: TopicPartitionName,
  records: readonly ProducerRecord[],
): Promise<number | null> {
  const leaders = await client.leadersOf(at.topic);
  if (at.partition >= leaders.length) return null;
  const leader = leaders[at.partition] ?? null;
  if (leader === null) throw noLeader();
  return client.call(leader, `Produce ${nameOf(at)}`, () =>
    client.site.kafka.produce(leader, at, records, null),
  );
}
