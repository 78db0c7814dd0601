import type { AddPartitions, ProducerCluster } from './kafkajs-cluster.js';
import { TransactionPartitions } from './kafkajs-transaction-partitions.js';

const TRANSACTION = 1;

/** Of kafkajs, what asks the coordinator. */
function coordinator() {
  const asked: AddPartitions[] = [];
  class Broker {
    addPartitionsToTxn(request: AddPartitions): Promise<unknown> {
      asked.push(request);
      return Promise.resolve({});
    }
  }
  const broker = new Broker();
  const cluster = { findGroupCoordinator: () => Promise.resolve(broker) } as unknown;
  return { asked, cluster: cluster as ProducerCluster };
}

describe('TransactionPartitions', () => {
  const ask = async (cluster: ProducerCluster, topic: string, partition: number) => {
    const broker = await cluster.findGroupCoordinator({ coordinatorType: TRANSACTION });
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
});
