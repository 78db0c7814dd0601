import {
  AdminConnection,
  KafkaJsLedger,
  KafkaJsTopicScan,
  KafkaJsTransactionalProducers,
  type Ledger,
  type TopicScan,
  type TransactionalProducers,
} from '@bridge/kafka';
import type { BridgeConfig } from '../config/bridge.config.js';
import { kafkaOptions } from '../kafka-options.js';

/** The ports to Kafka that the commands use. Nothing connects before it is asked. */
export interface KafkaAccess {
  readonly producers: TransactionalProducers;
  readonly ledger: Ledger;
  readonly scan: TopicScan;
}

/** Runs the work with the ports and closes them, whatever comes of it. */
export async function withKafka<T>(
  { kafka }: BridgeConfig,
  work: (access: KafkaAccess) => Promise<T>,
): Promise<T> {
  const options = kafkaOptions(kafka);
  const admin = new AdminConnection(options);
  const scan = new KafkaJsTopicScan(options, new AdminConnection(options));
  const producers = new KafkaJsTransactionalProducers(options, options.compression);
  try {
    return await work({ producers, ledger: new KafkaJsLedger(admin), scan });
  } finally {
    await Promise.allSettled([admin.close(), scan.close()]);
  }
}
