export { AdminConnection } from './admin-connection.js';
export { hasCodec } from './codecs.js';
export type { Compression } from './codecs.js';
export { KafkaError } from './kafka.error.js';
export type {
  KafkaErrorCode,
  KafkaErrorFacts,
  KafkaErrorScope,
  KafkaOutcome,
} from './kafka.error.js';
export { KafkaModule } from './kafka.module.js';
export type { KafkaAsyncOptions, KafkaOptions } from './kafka.module.js';
export type { KafkaConnection } from './kafkajs-client.js';
export { consumingClient } from './kafkajs-consumers.js';
export { KafkaJsLedger } from './kafkajs-ledger.js';
export { KafkaJsPlainProducer } from './kafkajs-plain.producer.js';
export { KafkaJsTopicAdmin } from './kafkajs-topic.admin.js';
export { KafkaJsTopicScan } from './kafkajs-topic.scan.js';
export { KafkaJsTransactionalProducers } from './kafkajs-transactional.producer.js';
export { OAuthTokens } from './oauth-tokens.js';
export type { ClientCredentials } from './oauth-tokens.js';
export { partitionFor } from './partitioner.js';
export {
  Ledger,
  PlainProducer,
  TopicAdmin,
  TransactionalProducer,
  TransactionalProducers,
} from './ports.js';
export type {
  AppendResult,
  ClusterView,
  LedgerNumber,
  LedgerSlot,
  NewTopic,
  PartitionBounds,
  PartitionFailure,
  PartitionOffsets,
  PartitionRecords,
  ProducerRecord,
  TopicDescription,
  TopicOverview,
  TopicPartition,
  TopicSetting,
  TopicSettingSource,
} from './ports.js';
export { TopicScan } from './topic-scan.js';
export type { ScannedPiece, ScannedRecord } from './topic-scan.js';
