import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  AdminConnection,
  KafkaJsLedger,
  KafkaJsPlainProducer,
  KafkaJsTransactionalProducers,
  type AppendResult,
  type KafkaConnection,
  type LedgerSlot,
  type PartitionRecords,
  type TransactionalProducer,
} from '@bridge/kafka';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { readTopic } from '../support/consumer.js';
import { deleteTopic } from '../support/topic-changes.js';

const TOPICS = 12;
const BROKERS = 3;

const to = (topic: string, partition: number, ...texts: string[]): PartitionRecords => ({
  topic,
  partition,
  records: texts.map((text) => {
    return { key: null, value: Buffer.from(text), headers: [], timestamp: Date.now() };
  }),
  maxBytes: null,
});

const failuresOf = (result: AppendResult): string[] =>
  result.complete
    ? []
    : result.failures.map(({ topic, partition, positions, error }) => {
        return `${topic}-${partition}[${positions.join()}] ${error.code} ${error.scope}`;
      });

interface BrokerPrototype {
  metadata: (topics: readonly string[]) => Promise<unknown>;
  addPartitionsToTxn: (request: unknown) => Promise<unknown>;
  produce: (request: unknown) => Promise<unknown>;
}

/** Counts what kafkajs asks the brokers; of `metadata` how many topics each question names. */
function watchRequests() {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/broker') as { prototype: BrokerPrototype };
  const { metadata, addPartitionsToTxn, produce } = prototype;
  const seen = { metadata: [] as number[], addPartitionsToTxn: 0, produce: 0 };
  prototype.metadata = function watched(topics) {
    seen.metadata.push(topics.length);
    return metadata.call(this, topics);
  };
  prototype.addPartitionsToTxn = async function watched(request) {
    const answer = await addPartitionsToTxn.call(this, request);
    // Not when it was refused because Kafka was still ending the last transaction.
    seen.addPartitionsToTxn++;
    return answer;
  };
  prototype.produce = function watched(request) {
    seen.produce++;
    return produce.call(this, request);
  };
  return {
    /** Since it was last asked. */
    take: () => {
      const taken = { ...seen };
      Object.assign(seen, { metadata: [], addPartitionsToTxn: 0, produce: 0 });
      return taken;
    },
    stop: () => Object.assign(prototype, { metadata, addPartitionsToTxn, produce }),
  };
}

describe('a batch for many topics', () => {
  let cluster: SharedCluster;
  let connection: KafkaConnection;
  let admin: AdminConnection;
  let ledger: string;
  let requests: ReturnType<typeof watchRequests>;
  const producers: TransactionalProducer[] = [];

  beforeAll(async () => {
    cluster = await sharedCluster();
    connection = { brokers: cluster.bootstrap, clientId: 'many-topics', ssl: null, sasl: null };
    admin = new AdminConnection(connection);
    ledger = `ledger-${randomUUID()}`;
    await new KafkaJsLedger(admin).prepare(ledger, 2);
    requests = watchRequests();
  }, 120_000);

  afterAll(async () => {
    requests?.stop();
    for (const producer of producers) producer.discard();
    await admin?.close();
    await cluster?.release();
  });

  const newTopics = (partitions: number): Promise<string[]> =>
    Promise.all(Array.from({ length: TOPICS }, () => cluster.createTopic('one', { partitions })));

  /** Sends a batch in a transaction, with the next number of the ledger. */
  const newPipeline = async () => {
    const id = `pipeline-${randomUUID()}`;
    const slot: LedgerSlot = { group: id, topic: ledger, partition: 0, markPartition: 1 };
    const producer = await new KafkaJsTransactionalProducers(connection, 'none').fence(id);
    producers.push(producer);
    let number = 0;
    const append = (batch: readonly PartitionRecords[]): Promise<AppendResult> =>
      producer.append(slot, { number: ++number, token: 't' }, batch);
    return { producer, append };
  };

  it('asks once for its new topics, once to let them into the transaction, and once a broker to write', async () => {
    const { producer, append } = await newPipeline();
    const sets = [await newTopics(1), await newTopics(1)];
    const both = sets.flat();
    requests.take();
    for (const [topics, asked] of [
      [sets[0] ?? [], [TOPICS]],
      // Of the topics that are known already nothing is asked again.
      [sets[1] ?? [], [TOPICS]],
      [both, []],
    ] as const) {
      const result = await append(topics.map((topic) => to(topic, 0, 'x', 'y')));
      await producer.commit();
      expect(failuresOf(result)).toEqual([]);
      const { metadata, addPartitionsToTxn, produce } = requests.take();
      expect(metadata).toEqual(asked);
      expect(addPartitionsToTxn).toBe(1);
      expect(produce).toBeLessThanOrEqual(BROKERS);
    }
    const [first = ''] = both;
    expect((await readTopic(cluster.bootstrap, first)).map(({ value }) => String(value))).toEqual([
      'x',
      'y',
      'x',
      'y',
    ]);
  }, 60_000);

  it('names the one record that Kafka refuses among all that a broker was given', async () => {
    const { append } = await newPipeline();
    const small = await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } });
    const well = await cluster.createTopic('well');
    // The partitions of each topic are spread over all brokers, so both are in one request to each.
    const result = await append([
      ...[0, 1, 2].map((partition) => to(well, partition, 'x')),
      to(small, 0, 'y'.repeat(3_000)),
      to(small, 1, 'x'),
    ]);
    expect(failuresOf(result)).toEqual([`${small}-0[0] message_too_large record`]);
    expect(result.offsets).toHaveLength(4);
  }, 60_000);

  it('names the topic that is gone among those that a transaction is to write to', async () => {
    const { producer, append } = await newPipeline();
    const [gone, well] = [await cluster.createTopic('gone'), await cluster.createTopic('well')];
    const batch = [0, 1, 2].flatMap((partition) => [
      to(gone, partition, 'x'),
      to(well, partition, 'x'),
    ]);
    expect(failuresOf(await append(batch))).toEqual([]);
    await producer.commit();
    await deleteTopic(cluster.bootstrap, gone);
    const failures = failuresOf(await append(batch));
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(failure).toMatch(new RegExp(`^${gone}-\\d\\[0\\] unknown_topic topic$`));
    }
  }, 60_000);

  it('keeps what a plain producer has written beside what Kafka has refused', async () => {
    const plain = new KafkaJsPlainProducer(connection, 'none');
    const small = await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } });
    const well = await cluster.createTopic('well');
    const result = await plain.append([
      to(small, 0, 'y'.repeat(3_000)),
      ...[0, 1, 2].map((partition) => to(well, partition, 'x')),
    ]);
    await plain.close();
    expect(failuresOf(result)).toEqual([`${small}-0[0] message_too_large record`]);
    expect(result.offsets.map(({ topic, offsets }) => [topic, offsets])).toEqual(
      [0, 1, 2].map(() => [well, ['0']]),
    );
    expect(await readTopic(cluster.bootstrap, well)).toHaveLength(3);
  }, 60_000);

  it('loses no topic when several are met at the same moment', async () => {
    const plain = new KafkaJsPlainProducer(connection, 'none');
    const topics = await newTopics(1);
    const results = await Promise.all(topics.map((topic) => plain.append([to(topic, 0, 'x')])));
    await plain.close();
    expect(results.flatMap(failuresOf)).toEqual([]);
  }, 60_000);
});
