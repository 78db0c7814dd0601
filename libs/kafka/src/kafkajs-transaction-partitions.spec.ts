import { createRequire } from 'node:module';
import type { AddPartitions, ProducerCluster } from './kafkajs-cluster.js';
import { patchKafkaJs } from './kafkajs-patches.js';
import { TransactionPartitions } from './kafkajs-transaction-partitions.js';

const TRANSACTION = 1;
const CONCURRENT_TRANSACTIONS = 51;
const NOT_AUTHORISED = 29;
const NOT_COORDINATOR = 16;
const NOT_ATTEMPTED = 55;
const UNKNOWN_TOPIC = 3;

const require = createRequire(import.meta.url);
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};
interface Answer {
  readonly errors: readonly {
    readonly topic: string;
    readonly partitionErrors: readonly { readonly partition: number; readonly errorCode: number }[];
  }[];
}
const response = require('kafkajs/src/protocol/requests/addPartitionsToTxn/v0/response') as {
  parse: (answer: Answer) => Promise<unknown>;
};

/** Of kafkajs, what asks the coordinator. */
function coordinator() {
  const asked: AddPartitions[] = [];
  const refusals: number[] = [];
  class Broker {
    addPartitionsToTxn(request: AddPartitions): Promise<unknown> {
      asked.push(request);
      const code = refusals.pop();
      return code === undefined ? Promise.resolve({}) : Promise.reject(createErrorFromCode(code));
    }
  }
  const broker = new Broker();
  const cluster = { findGroupCoordinator: () => Promise.resolve(broker) } as unknown;
  const refuse = (code: number, times: number): void => {
    refusals.push(...Array.from({ length: times }, () => code));
  };
  return { asked, cluster: cluster as ProducerCluster, refuse };
}

describe('TransactionPartitions', () => {
  const ask = async (cluster: ProducerCluster, topic: string, partition: number) => {
    const broker = await cluster.findGroupCoordinator({
      groupId: 'id',
      coordinatorType: TRANSACTION,
    });
    await broker.addPartitionsToTxn({ topics: [{ topic, partitions: [partition] }] });
  };
  const planned = [
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 0 },
    { topic: 'a', partition: 2 },
  ];

  it('names all of them in the first question, and asks no second one', async () => {
    const { asked, cluster } = coordinator();
    const partitions = new TransactionPartitions(cluster);
    partitions.plan(planned);
    await ask(cluster, 'a', 0);
    await ask(cluster, 'b', 0);
    expect(asked.map(({ topics }) => topics)).toEqual([
      [
        { topic: 'a', partitions: [0, 2] },
        { topic: 'b', partitions: [0] },
      ],
    ]);
  });

  it('asks again for the next transaction', async () => {
    const { asked, cluster } = coordinator();
    const partitions = new TransactionPartitions(cluster);
    for (let number = 0; number < 2; number++) {
      partitions.plan(planned);
      await ask(cluster, 'a', 0);
    }
    expect(asked).toHaveLength(2);
  });

  it('asks for a partition that nobody has planned: what Kafka does not know of is never ended', async () => {
    const { asked, cluster } = coordinator();
    const partitions = new TransactionPartitions(cluster);
    partitions.plan(planned);
    await ask(cluster, 'a', 0);
    await ask(cluster, 'a', 1);
    expect(asked.at(-1)?.topics).toEqual([{ topic: 'a', partitions: [1] }]);
  });

  it('tells when Kafka has let them in, after the last transaction has ended, and only then', async () => {
    const { asked, cluster, refuse } = coordinator();
    const partitions = new TransactionPartitions(cluster);
    let letIn = 0;
    partitions.plan(planned, () => letIn++);
    refuse(CONCURRENT_TRANSACTIONS, 3);
    await ask(cluster, 'a', 0);
    expect([asked.length, letIn]).toEqual([4, 1]);
    await ask(cluster, 'b', 0);
    await ask(cluster, 'a', 1);
    expect(letIn).toBe(1);
    partitions.plan(planned, () => letIn++);
    refuse(NOT_AUTHORISED, 1);
    await expect(ask(cluster, 'a', 0)).rejects.toThrow(/authorized/i);
    expect(letIn).toBe(1);
  });

  it('knows what the coordinator refused for itself from what it said of a topic', async () => {
    const { cluster, refuse } = coordinator();
    const partitions = new TransactionPartitions(cluster);
    partitions.plan(planned);
    refuse(NOT_COORDINATOR, 1);
    await expect(ask(cluster, 'a', 0)).rejects.toThrow(/coordinator/i);
    expect(partitions.refusal).toMatchObject({ scope: 'cluster', code: 'kafka_unavailable' });
    partitions.plan(planned);
    expect(partitions.refusal).toBeNull();
    refuse(NOT_AUTHORISED, 1);
    await expect(ask(cluster, 'a', 0)).rejects.toThrow(/authorized/i);
    expect(partitions.refusal).toBeNull();
  });

  it.each([
    ['of the topic that is gone, whichever stands first', [NOT_ATTEMPTED, UNKNOWN_TOPIC], null],
    ['of itself, in the place of every partition', [NOT_COORDINATOR, NOT_COORDINATOR], 'cluster'],
  ])('knows what a whole answer says %s', async (_, codes, scope) => {
    patchKafkaJs();
    const errors = codes.map((errorCode, position) => {
      return { topic: `t${position}`, partitionErrors: [{ partition: 0, errorCode }] };
    });
    const broker = { addPartitionsToTxn: () => response.parse({ errors }) };
    const findGroupCoordinator = () => Promise.resolve(Object.create(broker) as typeof broker);
    const cluster = { findGroupCoordinator } as unknown as ProducerCluster;
    const partitions = new TransactionPartitions(cluster);
    partitions.plan(errors.map(({ topic }) => ({ topic, partition: 0 })));
    await expect(ask(cluster, 't0', 0)).rejects.toThrow(/broker|coordinator/);
    expect(partitions.refusal?.scope ?? null).toBe(scope);
  });
});
