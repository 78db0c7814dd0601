import { randomUUID } from 'node:crypto';
import {
  AdminConnection,
  KafkaJsLedger,
  KafkaJsPlainProducer,
  KafkaJsTopicAdmin,
  KafkaJsTransactionalProducers,
} from '@bridge/kafka';
import type { SharedCluster } from '../../support/cluster.js';
import { readTopic } from '../../support/consumer.js';
import type { Site, TopicContent } from './site.js';

const LEDGER_PARTITIONS = 4;

/** The real cluster behind the real ports. */
export class RealSite implements Site {
  readonly producers: KafkaJsTransactionalProducers;
  readonly plain: KafkaJsPlainProducer;
  readonly ledger: KafkaJsLedger;
  readonly topics: KafkaJsTopicAdmin;
  private readonly admin: AdminConnection;
  private readonly ledgerTopic = `ledger-${randomUUID()}`;
  private readonly names = new Map<string, string>();

  constructor(private readonly cluster: SharedCluster) {
    const connection = {
      brokers: cluster.bootstrap,
      clientId: 'model-check',
      ssl: null,
      sasl: null,
    };
    this.admin = new AdminConnection(connection);
    this.producers = new KafkaJsTransactionalProducers(connection, 'none');
    this.plain = new KafkaJsPlainProducer(connection, 'none');
    this.ledger = new KafkaJsLedger(this.admin);
    this.topics = new KafkaJsTopicAdmin(new AdminConnection(connection));
  }

  prepare(): Promise<void> {
    return this.ledger.prepare(this.ledgerTopic, LEDGER_PARTITIONS);
  }

  async createTopic(alias: string, maxBytes?: number): Promise<string> {
    const config = maxBytes === undefined ? {} : { 'max.message.bytes': String(maxBytes) };
    const name = await this.cluster.createTopic(alias, { config });
    this.names.set(name, alias);
    return name;
  }

  newPipeline() {
    const id = `pipeline-${randomUUID()}`;
    const slot = { group: id, topic: this.ledgerTopic, partition: 1, markPartition: 3 };
    return { id, slot };
  }

  /** All topics of the scripts, as a consumer of either kind finds them. */
  async content(uncommitted: boolean): Promise<TopicContent> {
    const found: Record<string, string[]> = {};
    for (const alias of this.names.values()) found[alias] = [];
    const { bootstrap } = this.cluster;
    for (const record of await readTopic(bootstrap, [...this.names.keys()], { uncommitted })) {
      const { topic, partition, offset, value } = record;
      const text = `${partition}@${String(offset)} ${value?.toString() ?? ''}`;
      found[this.names.get(topic) ?? '']?.push(text);
    }
    return found;
  }

  async close(): Promise<void> {
    await Promise.all([this.plain.close(), this.topics.close(), this.admin.close()]);
  }
}
