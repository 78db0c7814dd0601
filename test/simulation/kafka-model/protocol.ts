/** Kafka's numbers for the refusals that the model knows. */
export const REFUSED = {
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  requestTimedOut: 7,
  messageTooLarge: 10,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  topicNotAuthorized: 29,
  topicExists: 36,
  outOfOrderSequence: 45,
  invalidProducerEpoch: 47,
  invalidTransactionState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
} as const;

export type RefusalCode = (typeof REFUSED)[keyof typeof REFUSED];

/** A refusal as the client gives it on: `toKafkaError` knows it by name and number. */
export class ProtocolRefusal extends Error {
  override readonly name = 'KafkaJSProtocolError';

  constructor(readonly code: RefusalCode) {
    super(`refused with ${code}`);
  }
}

/** Who writes: a producer id with its epoch, as InitProducerId gave them. */
export interface ProducerIdentity {
  readonly id: number;
  readonly epoch: number;
}

export interface TopicPartitionName {
  readonly topic: string;
  readonly partition: number;
}

export function nameOf({ topic, partition }: TopicPartitionName): string {
  return `${topic}-${partition}`;
}
