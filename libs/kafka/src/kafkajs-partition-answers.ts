import { createRequire } from 'node:module';
import { expectFunction } from './expect-function.js';
import { responseOf } from './kafkajs-response.js';

/** What Kafka said of one partition in the answer to a request that was about several. */
export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  /** As kafkajs would throw it for this partition alone; null: it was appended. */
  readonly error: unknown;
  /** Null when nothing was appended. */
  readonly baseOffset: string | null;
}

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly baseOffset: string;
    }[];
  }[];
}

interface AddPartitionsAnswer {
  readonly errors: readonly {
    readonly topic: string;
    readonly partitionErrors: readonly { readonly partition: number; readonly errorCode: number }[];
  }[];
}

interface Response<T> {
  parse: (answer: T) => Promise<T>;
}

interface Errors {
  readonly createErrorFromCode: (code: number) => unknown;
}

const require = createRequire(import.meta.url);
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as Errors;

const PRODUCE_VERSIONS = [3, 4, 5, 6, 7];
const ADD_PARTITIONS_VERSIONS = [0, 1];
/** Of a partition that Kafka would have let into the transaction, had it not refused another one beside it. */
const NOT_ATTEMPTED = 55;

/** By the error that kafkajs throws. */
const answers = new WeakMap<object, readonly PartitionAnswer[]>();

/**
 * What Kafka said of each partition of a request that failed; null when the error is no answer of Kafka to such a
 * request (nobody has answered, or the connection is gone).
 */
export function partitionAnswers(error: unknown, depth = 0): readonly PartitionAnswer[] | null {
  if (typeof error !== 'object' || error === null || depth > 4) return null;
  return answers.get(error) ?? partitionAnswers((error as Error).cause, depth + 1);
}

/** kafkajs throws the first error of an answer, and does not say which of the partitions it is about. */
export function namePartitions(): void {
  const produced = PRODUCE_VERSIONS.map(
    (version) => responseOf('produce', version) as Response<ProduceAnswer>,
  );
  keepAnswers(produced, ({ topics }) =>
    topics.flatMap(({ topicName, partitions }) =>
      partitions.map(({ partition, errorCode, baseOffset }) => {
        const failed = errorCode !== 0;
        const error = failed ? createErrorFromCode(errorCode) : null;
        return { topic: topicName, partition, error, baseOffset: failed ? null : baseOffset };
      }),
    ),
  );
  const letIn = ADD_PARTITIONS_VERSIONS.map(
    (version) => responseOf('addPartitionsToTxn', version) as Response<AddPartitionsAnswer>,
  );
  keepAnswers(letIn, ({ errors }) =>
    errors.flatMap(({ topic, partitionErrors }) =>
      partitionErrors
        .filter(({ errorCode }) => errorCode !== 0 && errorCode !== NOT_ATTEMPTED)
        .map(({ partition, errorCode }) => {
          return { topic, partition, error: createErrorFromCode(errorCode), baseOffset: null };
        }),
    ),
  );
}

/** All versions are loaded before the first is replaced: a later one uses the function of an earlier one. */
function keepAnswers<T>(
  responses: readonly Response<T>[],
  partitionsOf: (answer: T) => readonly PartitionAnswer[],
): void {
  for (const response of responses) {
    const original = expectFunction(response.parse);
    response.parse = async (answer) => {
      try {
        return await original(answer);
      } catch (error) {
        if (typeof error === 'object' && error !== null) answers.set(error, partitionsOf(answer));
        throw error;
      }
    };
  }
}
