import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Message, Producer } from 'kafkajs';
import { readWithJava } from '../../dev/kafka/java-console.js';
import { clusterOf, fetchCommitted } from '../../libs/kafka/src/kafkajs-fetch.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic, TopicReader } from '../support/consumer.js';

describe('the readers', () => {
  let cluster: SharedCluster;
  let producer: Producer;

  beforeAll(async () => {
    cluster = await sharedCluster();
    const kafka = new kafkajs.Kafka({
      brokers: cluster.bootstrap,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    producer = kafka.producer({
      transactionalId: `readers-${randomUUID()}`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
  }, 180_000);

  afterAll(async () => {
    await producer.disconnect();
    await cluster.release();
  });

  async function send(topic: string, messages: Message[], commit = true): Promise<void> {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages });
    await (commit ? transaction.commit() : transaction.abort());
  }

  const named = (id: string, key: string | null, value: string): Message => ({
    key,
    value,
    headers: { 'message-id': id, filial: 'São Paulo' },
  });

  it('are two members that read two topics together, each record once', async () => {
    const topics = [await cluster.createTopic('first'), await cluster.createTopic('second')];
    const reader = await TopicReader.start(cluster.bootstrap, topics, { members: 2 });
    try {
      const ids = Array.from({ length: 60 }, (_, number) => `m${number}`);
      for (const topic of topics) {
        for (const id of ids) await send(topic, [named(`${topic}-${id}`, id, '{}')]);
      }
      await reader.untilEnd();
      expect(reader.conflicts).toEqual([]);
      expect(reader.records()).toEqual(await readTopic(cluster.bootstrap, topics));
      expect(
        reader
          .records()
          .map((record) => headerOf(record, 'message-id'))
          .toSorted(),
      ).toEqual(topics.flatMap((topic) => ids.map((id) => `${topic}-${id}`)).toSorted());
    } finally {
      await reader.stop();
    }
  }, 60_000);

  it('show nothing of two transactions that were aborted, where they begin within both', async () => {
    const topic = await cluster.createTopic('aborted', { partitions: 1 });
    const kafka = new kafkajs.Kafka({
      brokers: cluster.bootstrap,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const other = kafka.producer({
      transactionalId: `readers-${randomUUID()}`,
      maxInFlightRequests: 1,
    });
    await other.connect();
    const [one, two] = [await producer.transaction(), await other.transaction()];
    await one.send({ topic, messages: [named('one', 'k', '')] });
    await two.send({ topic, messages: [named('two', 'k', '')] });
    await one.abort();
    await two.send({ topic, messages: [named('two more', 'k', '')] });
    await two.abort();
    await other.disconnect();
    await send(topic, [named('committed', 'k', '')]);
    // A commit is answered before its markers are written: whoever reads to the end has waited for them.
    expect(await readTopic(cluster.bootstrap, topic)).toHaveLength(1);

    const view = clusterOf(kafka);
    await view.connect();
    await view.addTargetTopic(topic);
    await view.refreshMetadata();
    try {
      for (const from of [0n, 1n, 2n, 3n]) {
        const { messages } = await fetchCommitted(view, topic, 0, from);
        expect(messages.map(({ headers }) => String(headers['message-id']))).toEqual(['committed']);
      }
    } finally {
      await view.disconnect();
    }
  }, 60_000);

  it('are kafkajs and Java, who see the same: what was committed, byte for byte', async () => {
    const topic = await cluster.createTopic('java');
    const value = '{"valor": 10.00,"texto":"nº 1, \\"ação\\": ç"}';
    await send(topic, [named('one', 'a:b,c', value), named('two', null, 'ç')]);
    await send(topic, [named('aborted', 'a', '{}')], false);
    await send(topic, [named('three', '', '')]);
    const byKafkaJs = await readTopic(cluster.bootstrap, topic);
    expect(byKafkaJs).toHaveLength(3);
    const byJava = await readWithJava(cluster.bootstrap, topic, { expected: 3 });
    const sorted = byJava.toSorted(
      (a, b) => a.partition - b.partition || Number(a.offset - b.offset),
    );
    expect(sorted).toEqual(
      byKafkaJs.map((record) => ({
        partition: record.partition,
        offset: record.offset,
        headers: record.headers.map((header) => [header.name, header.value.toString()]),
        key: record.key?.toString() ?? null,
        value: record.value?.toString() ?? null,
      })),
    );
  }, 60_000);
});
