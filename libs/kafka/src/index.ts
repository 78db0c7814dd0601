export { KafkaError } from './kafka.error.js';
export type { KafkaErrorCode, KafkaErrorFacts, KafkaErrorScope, KafkaOutcome } from './kafka.error.js';
export { Ledger, PlainProducer, TopicAdmin, TransactionalProducer, TransactionalProducers } from './ports.js';
export type {
  AppendResult,
  ClusterView,
  LedgerSlot,
  NewTopic,
  PartitionFailure,
  PartitionOffsets,
  PartitionRecords,
  ProducerRecord,
  TopicDescription,
  TopicPartition,
} from './ports.js';
