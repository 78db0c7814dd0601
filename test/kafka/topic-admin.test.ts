import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { AdminConnection, KafkaJsPlainProducer, KafkaJsTopicAdmin } from '@bridge/kafka';
import { until } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { raisePartitions } from '../support/topic-changes.js';

/** What the Kafka REST Proxy's languages ask of the cluster beside the rest. */
describe('TopicAdmin, on a real cluster', () => {
  let cluster: SharedCluster;
  let admin: AdminConnection;
  let topics: KafkaJsTopicAdmin;
  let producer: KafkaJsPlainProducer;

  beforeAll(async () => {
    cluster = await sharedCluster();
    const connection = { brokers: cluster.bootstrap, clientId: 'admin', ssl: null, sasl: null };
    admin = new AdminConnection(connection);
    topics = new KafkaJsTopicAdmin(admin);
    producer = new KafkaJsPlainProducer(connection, 'none');
  }, 120_000);

  afterAll(async () => {
    await producer?.close();
    await topics?.close();
    await cluster?.release();
  });

  const nameOf = () => `admin-${randomUUID()}`;
  const made = async (topic = nameOf(), config: Record<string, string> = {}) => {
    await topics.create({ topic, partitions: 2, replicationFactor: 3, config });
    return topic;
  };

  it('makes a topic with the numbers of the brokers', async () => {
    const topic = nameOf();
    await topics.create({ topic, partitions: null, replicationFactor: null, config: {} });
    const { partitions } = await topics.describe(topic);
    expect(partitions.length).toBeGreaterThan(0);
    expect(partitions[0]?.replicas.length).toBeGreaterThan(0);
  });

  it('makes a topic on the brokers that are named', async () => {
    const [one = 0, two = 0] = (await topics.cluster()).brokers.map(({ nodeId }) => nodeId);
    const topic = nameOf();
    const assignments = [
      { partition: 0, replicas: [two, one] },
      { partition: 1, replicas: [one, two] },
    ];
    const config = { 'retention.ms': '86400000' };
    await topics.create({ topic, partitions: null, replicationFactor: null, config, assignments });
    const { partitions } = await topics.describe(topic);
    expect(partitions.map(({ replicas }) => replicas)).toEqual([
      [two, one],
      [one, two],
    ]);
  });

  it('only asks whether it would make a topic', async () => {
    const topic = nameOf();
    const wanted = { topic, partitions: 1, replicationFactor: 3, config: {}, validateOnly: true };
    await topics.create(wanted);
    const run = jest.spyOn(admin, 'run');
    await expect(topics.describe(topic)).rejects.toMatchObject({ code: 'unknown_topic' });
    // Nobody asks again for a topic that was not made.
    expect(run.mock.calls.filter(([what]) => what === `describe ${topic}`)).toHaveLength(1);
    run.mockRestore();
    const refused = topics.create({ ...wanted, replicationFactor: 9 });
    await expect(refused).rejects.toMatchObject({ code: 'topic_refused' });
  });

  it('tells every setting of a topic, and who has set it', async () => {
    const topic = await made(nameOf(), { 'retention.ms': '86400000' });
    const settings = await topics.settings(topic);
    const names = settings.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(settings).toContainEqual({
      name: 'retention.ms',
      value: '86400000',
      source: 'DYNAMIC_TOPIC_CONFIG',
      isReadOnly: false,
      isSensitive: false,
    });
    const policy = settings.find(({ name }) => name === 'cleanup.policy');
    expect(policy).toMatchObject({ value: 'delete', source: 'DEFAULT_CONFIG' });
    await expect(topics.settings(nameOf())).rejects.toMatchObject({ code: 'unknown_topic' });
  });

  it('tells all topics with their partitions', async () => {
    const topic = await made();
    // Any broker may be asked, also one that has not heard of it yet.
    const found = await until(
      'the topic is listed',
      async () => (await topics.overviews()).find((one) => one.topic === topic),
      (one) => one?.partitions.length === 2,
    );
    expect(
      found?.partitions.map(({ partition, replicas }) => [partition, replicas.length]),
    ).toEqual([
      [0, 3],
      [1, 3],
    ]);
  });

  it('tells where a partition begins and ends', async () => {
    const topic = await made();
    const record = { key: null, value: Buffer.from('x'), headers: [], timestamp: Date.now() };
    const records = [record, record, record];
    await producer.append([{ topic, partition: 1, records, maxBytes: null }]);
    expect(await topics.bounds(topic, 0)).toEqual({ beginning: '0', end: '0' });
    expect(await topics.bounds(topic, 1)).toEqual({ beginning: '0', end: '3' });
    await expect(topics.bounds(topic, 2)).rejects.toMatchObject({ code: 'invalid_partition' });
    await expect(topics.bounds(nameOf(), 0)).rejects.toMatchObject({ code: 'unknown_topic' });
  });

  it('adds partitions, and is told that there are fewer', async () => {
    const topic = await made();
    expect(await topics.lookupPartitions(topic, 5_000)).toBe(2);
    await topics.addPartitions(topic, 5);
    expect(await topics.lookupPartitions(topic, 5_000)).toBe(5);
    const fewer = topics.addPartitions(topic, 5);
    await expect(fewer).rejects.toMatchObject({ code: 'topic_refused' });
    const nowhere = topics.addPartitions(nameOf(), 5);
    await expect(nowhere).rejects.toMatchObject({ code: 'unknown_topic' });
  });

  it('deletes a topic, and forgets it at once', async () => {
    const topic = await made();
    expect(await topics.lookupPartitions(topic, 5_000)).toBe(2);
    await topics.delete(topic);
    expect(await topics.lookupPartitions(topic, 5_000)).toBe(0);
    await expect(topics.describe(topic)).rejects.toMatchObject({ code: 'unknown_topic' });
    await expect(topics.delete(topic)).rejects.toMatchObject({ code: 'unknown_topic' });
    // What the client remembers of a topic that is gone must not stand in the way of others.
    expect(await topics.bounds(await made(), 0)).toEqual({ beginning: '0', end: '0' });
  });

  it('asks anew when what it knows is too old', async () => {
    const topic = await made();
    expect(await topics.lookupPartitions(topic, 5_000)).toBe(2);
    await raisePartitions(cluster.bootstrap, topic, 4);
    expect(topics.cachedPartitions(topic)).toBe(2);
    expect(await topics.lookupPartitions(topic, 5_000, -1)).toBe(4);
  });
});
