import { randomUUID } from 'node:crypto';
import {
  AdminConnection,
  KafkaJsLedger,
  KafkaJsPlainProducer,
  KafkaJsTopicAdmin,
  KafkaJsTransactionalProducers,
  type AppendResult,
  type KafkaConnection,
  type LedgerNumber,
  type LedgerSlot,
  type PartitionRecords,
} from '@bridge/kafka';
import { until } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { readTopic } from '../support/consumer.js';

/** Not an old one: Kafka's retention goes by the records' own time and would remove them at its next look. */
const TIMESTAMP = Date.now();

const record = (text: string) => ({
  key: Buffer.from('k'),
  value: Buffer.from(text),
  headers: [
    { name: 'a', value: Buffer.from([0xff, 0x00]) },
    { name: 'b', value: Buffer.from('1') },
    { name: 'a', value: Buffer.from('2') },
  ],
  timestamp: TIMESTAMP,
});

const to = (topic: string, partition: number, ...texts: string[]): PartitionRecords => ({
  topic,
  partition,
  records: texts.map((text) => record(text)),
  maxBytes: null,
});

const entry = (number: number): LedgerNumber => ({ number, token: `token-${number}` });

function failuresOf(result: AppendResult): string[] {
  if (result.complete) return [];
  return result.failures.map(
    ({ partition, positions, error }) =>
      `${partition}[${positions.join()}] ${error.code} ${error.scope}`,
  );
}

/** TCP sockets of this process. */
const sockets = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('the ports to Kafka, on a real cluster', () => {
  let cluster: SharedCluster;
  let connection: KafkaConnection;
  let producers: KafkaJsTransactionalProducers;
  let admin: AdminConnection;
  let ledger: KafkaJsLedger;
  let ledgerTopic: string;

  beforeAll(async () => {
    cluster = await sharedCluster();
    connection = { brokers: cluster.bootstrap, clientId: 'ports', ssl: null, sasl: null };
    producers = new KafkaJsTransactionalProducers(connection, 'none');
    admin = new AdminConnection(connection);
    ledger = new KafkaJsLedger(admin);
    ledgerTopic = `ledger-${randomUUID()}`;
    await ledger.prepare(ledgerTopic, 4);
    await ledger.prepare(ledgerTopic, 4);
  }, 120_000);

  afterAll(async () => {
    await admin?.close();
    await cluster?.release();
  });

  const newPipeline = (): { id: string; slot: LedgerSlot } => {
    const id = `pipeline-${randomUUID()}`;
    return { id, slot: { group: id, topic: ledgerTopic, partition: 1, markPartition: 3 } };
  };

  /** What the ledger holds, asked as after a crash. */
  const settled = async (id: string, slot: LedgerSlot): Promise<LedgerNumber | null> => {
    const successor = await producers.fence(id);
    const number = await ledger.read(slot, await successor.mark(slot));
    await successor.close();
    return number;
  };

  it('commits records and ledger number together, and tells the offsets', async () => {
    const topic = await cluster.createTopic('together');
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    expect(await ledger.read(slot, await producer.mark(slot))).toBeNull();
    const first = await producer.append(slot, entry(1), [
      to(topic, 0, 'x', 'y'),
      to(topic, 2, 'z'),
    ]);
    expect(first).toMatchObject({ complete: true });
    expect(first.offsets).toEqual(
      expect.arrayContaining([
        { topic, partition: 0, offsets: ['0', '1'] },
        { topic, partition: 2, offsets: ['0'] },
      ]),
    );
    await producer.commit();
    await producer.append(slot, entry(2), [to(topic, 0, 'w')]);
    await producer.commit();
    await producer.close();
    expect(await settled(id, slot)).toEqual(entry(2));
    const records = await readTopic(cluster.bootstrap, topic);
    expect(records.map(({ partition, value }) => `${partition}${value?.toString()}`)).toEqual([
      '0x',
      '0y',
      '0w',
      '2z',
    ]);
    expect(records[0]?.timestamp).toBe(TIMESTAMP);
    expect(
      records[0]?.headers.map(({ name, value }) => `${name}=${value.toString('hex')}`),
    ).toEqual(['a=ff00', 'a=32', 'b=31']);
  });

  it('commits a ledger number without any record', async () => {
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    await producer.append(slot, entry(7), []);
    await producer.commit();
    await producer.close();
    expect(await settled(id, slot)).toEqual(entry(7));
  });

  it('takes no answer of the ledger that does not hold the mark', async () => {
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    await producer.append(slot, entry(3), []);
    await producer.commit();
    const mark = await producer.mark(slot);
    await producer.close();
    await expect(ledger.read(slot, 'a mark that never comes')).rejects.toMatchObject({
      code: 'incomplete_answer',
      outcome: 'not-written',
    });
    expect(await ledger.read(slot, mark)).toEqual(entry(3));
  });

  it('fences a predecessor: its open transaction is gone and it can commit nothing any more', async () => {
    const topic = await cluster.createTopic('fenced');
    const { id, slot } = newPipeline();
    const zombie = await producers.fence(id);
    await zombie.append(slot, entry(1), [to(topic, 0, 'zombie')]);
    const successor = await producers.fence(id);
    expect(await ledger.read(slot, await successor.mark(slot))).toBeNull();
    await expect(zombie.commit()).rejects.toMatchObject({ outcome: 'unknown', scope: 'cluster' });
    expect(await ledger.read(slot, await successor.mark(slot))).toBeNull();
    await successor.append(slot, entry(1), [to(topic, 0, 'successor')]);
    await successor.commit();
    zombie.discard();
    await successor.close();
    const records = await readTopic(cluster.bootstrap, topic);
    expect(records.map(({ value }) => value?.toString())).toEqual(['successor']);
  });

  it('blames no partition when the predecessor itself is refused', async () => {
    const topic = await cluster.createTopic('fenced-before');
    const { id, slot } = newPipeline();
    const zombie = await producers.fence(id);
    const successor = await producers.fence(id);
    await expect(zombie.append(slot, entry(1), [to(topic, 0, 'zombie')])).rejects.toMatchObject({
      code: 'producer_fenced',
      scope: 'cluster',
    });
    zombie.discard();
    await successor.close();
  });

  it('takes a partition that does not exist for a failure, not for success', async () => {
    const topic = await cluster.createTopic('missing');
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    const result = await producer.append(slot, entry(1), [to(topic, 99, 'x'), to(topic, 1, 'y')]);
    producer.discard();
    expect(failuresOf(result)).toEqual(['99[0] incomplete_answer partition']);
  });

  it('names the record that is too large for its topic', async () => {
    const topic = await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } });
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    const batch = { ...to(topic, 0, 'x', 'y'.repeat(3_000), 'z'), maxBytes: 2_000 };
    const result = await producer.append(slot, entry(1), [batch]);
    producer.discard();
    expect(failuresOf(result)).toEqual(['0[1] message_too_large record']);
  });

  it('keeps many small records under the limit of their topic by sending several requests', async () => {
    const topic = await cluster.createTopic('many', { config: { 'max.message.bytes': '2000' } });
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    const texts = Array.from({ length: 50 }, (_, index) => `${index}-${'x'.repeat(200)}`);
    const result = await producer.append(slot, entry(1), [
      { ...to(topic, 0, ...texts), maxBytes: 2_000 },
    ]);
    await producer.commit();
    await producer.close();
    expect(result.complete).toBe(true);
    const records = await readTopic(cluster.bootstrap, topic);
    expect(records.map(({ value }) => value?.toString())).toEqual(texts);
    expect(result.offsets[0]?.offsets).toEqual(records.map(({ offset }) => String(offset)));
  });

  it('says that a topic is unknown', async () => {
    const { id, slot } = newPipeline();
    const producer = await producers.fence(id);
    const result = await producer.append(slot, entry(1), [to(`no-${randomUUID()}`, 0, 'x')]);
    producer.discard();
    expect(failuresOf(result)).toEqual(['0[0] unknown_topic topic']);
  });

  it('gives up a cluster that is not there within its deadline', async () => {
    const nowhere = new KafkaJsTransactionalProducers(
      { ...connection, brokers: ['127.0.0.1:1'] },
      'none',
    );
    await expect(nowhere.fence('x')).rejects.toMatchObject({ scope: 'cluster', retryable: true });
  });

  it('lets go of its sockets when it is discarded, also in the middle of a request', async () => {
    const topic = await cluster.createTopic('sockets');
    const before = sockets();
    for (let round = 0; round < 2; round++) {
      const { id, slot } = newPipeline();
      const producer = await producers.fence(id);
      const appending = producer.append(slot, entry(1), [to(topic, 0, 'x'), to(topic, 1, 'y')]);
      producer.discard();
      const ended = await Promise.allSettled([appending]);
      expect(ended).toHaveLength(1);
    }
    await until(
      'the sockets are closed',
      () => Promise.resolve(sockets()),
      (count) => count <= before,
      10_000,
    );
  });

  it('appends at least once with a plain producer', async () => {
    const topic = await cluster.createTopic('plain');
    const plain = new KafkaJsPlainProducer(connection, 'gzip');
    const results = await Promise.all([
      plain.append([to(topic, 0, 'x', 'y')]),
      plain.append([to(topic, 1, 'z')]),
    ]);
    expect(results.map(({ complete }) => complete)).toEqual([true, true]);
    await plain.close();
    expect(await readTopic(cluster.bootstrap, topic)).toHaveLength(3);
  });

  describe('TopicAdmin', () => {
    let topics: KafkaJsTopicAdmin;

    beforeAll(() => {
      topics = new KafkaJsTopicAdmin(new AdminConnection(connection));
    });

    afterAll(async () => {
      await topics.close();
    });

    it('creates a topic once, describes it, and knows its partitions', async () => {
      const topic = `made-${randomUUID()}`;
      const config = { 'max.message.bytes': '5000' };
      const wanted = { topic, partitions: 5, replicationFactor: 3, config };
      await topics.create(wanted);
      await expect(topics.create(wanted)).rejects.toMatchObject({ code: 'topic_exists' });
      const { partitions, config: settings } = await topics.describe(topic);
      expect(partitions.map(({ partition, replicas }) => [partition, replicas.length])).toEqual([
        [0, 3],
        [1, 3],
        [2, 3],
        [3, 3],
        [4, 3],
      ]);
      expect(settings['max.message.bytes']).toBe('5000');
      expect(await topics.lookupPartitions(topic, 5_000)).toBe(5);
      expect(topics.cachedPartitions(topic)).toBe(5);
      expect(topics.cachedMaxBytes(topic)).toBe(5_000);
      expect(await topics.list()).toContain(topic);
    });

    it("refuses with Kafka's own reason", async () => {
      const wanted = {
        topic: `r-${randomUUID()}`,
        partitions: 1,
        replicationFactor: 9,
        config: {},
      };
      const refused = topics.create(wanted);
      await expect(refused).rejects.toMatchObject({ code: 'topic_refused' });
      await expect(refused).rejects.toThrow(/INVALID_REPLICATION_FACTOR/);
    });

    it('never makes a topic by asking for it', async () => {
      const topic = `asked-${randomUUID()}`;
      expect(await topics.lookupPartitions(topic, 5_000)).toBe(0);
      await expect(topics.describe(topic)).rejects.toMatchObject({ code: 'unknown_topic' });
      expect(await topics.list()).not.toContain(topic);
    });

    it('knows whether the cluster answers', async () => {
      await until(
        'the probe has run',
        () => Promise.resolve(topics.reachable()),
        (reachable) => reachable,
      );
      const nowhere = new KafkaJsTopicAdmin(
        new AdminConnection({ ...connection, brokers: ['127.0.0.1:1'] }),
      );
      expect(await nowhere.lookupPartitions('any', 200)).toBeNull();
      expect(nowhere.reachable()).toBe(false);
      await nowhere.close();
    });
  });
});
