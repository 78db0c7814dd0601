import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Producer, Transaction } from 'kafkajs';
import { sharedCluster } from '../support/cluster.js';
import type { SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic, TopicReader } from '../support/consumer.js';
import type { ConsumedRecord } from '../support/consumer.js';

let cluster: SharedCluster;
let producer: Producer;

beforeAll(async () => {
  cluster = await sharedCluster();
  producer = new kafkajs.Kafka({
    brokers: cluster.bootstrap,
    logLevel: kafkajs.logLevel.NOTHING,
  }).producer({ transactionalId: `topic-reader-${randomUUID()}`, maxInFlightRequests: 1 });
  await producer.connect();
}, 180_000);

afterAll(async () => {
  await producer.disconnect();
  await cluster.release();
});

test('reads what was committed, byte for byte, and nothing that was aborted', async () => {
  const topic = await cluster.createTopic('reader', { partitions: 2 });
  const bytes = Buffer.from([0, 255, 13, 10, 195]);
  await committed(topic, 'first');
  await aborted(topic, 'never');
  const transaction = await producer.transaction();
  await transaction.send({
    topic,
    messages: [
      {
        partition: 1,
        key: bytes,
        value: bytes,
        timestamp: '1761043800000',
        headers: { a: ['x', bytes] },
      },
      { partition: 1, key: null, value: null },
    ],
  });
  await transaction.commit();

  const records = await readTopic(cluster.bootstrap, topic);

  expect(records.map(({ partition, value }) => [partition, value])).toEqual([
    [0, Buffer.from('first')],
    [1, bytes],
    [1, null],
  ]);
  expect(records[1]).toMatchObject({ key: bytes, timestamp: 1_761_043_800_000, offset: 0n });
  expect(records[1]?.headers).toEqual([
    { name: 'a', value: Buffer.from('x') },
    { name: 'a', value: bytes },
  ]);
  expect(records[2]?.key).toBeNull();
  expect(headerOf(records[1] as ConsumedRecord, 'a')).toBe(bytes.toString());
});

test('shows what was aborted to a read_uncommitted reader only', async () => {
  const topic = await cluster.createTopic('reader', { partitions: 1 });
  await aborted(topic, 'never');
  await committed(topic, 'once');

  const seen = await readTopic(cluster.bootstrap, topic, { uncommitted: true });
  const kept = await readTopic(cluster.bootstrap, topic);

  expect(seen.map(({ value }) => String(value))).toEqual(['never', 'once']);
  expect(kept.map(({ value }) => String(value))).toEqual(['once']);
});

test('waits for an open transaction instead of ending before it', async () => {
  const topic = await cluster.createTopic('reader', { partitions: 1 });
  const open = await producer.transaction();
  await write(open, topic, 'decided later');

  await expect(readTopic(cluster.bootstrap, topic, { withinMs: 300 })).rejects.toThrow(
    /-0 was read to 0 of 1; a transaction may be open/,
  );
  const reading = readTopic(cluster.bootstrap, topic);
  await open.commit();
  expect((await reading).map(({ value }) => String(value))).toEqual(['decided later']);
});

test('follows a topic, and ends at once on an empty one', async () => {
  const topic = await cluster.createTopic('reader');
  expect(await readTopic(cluster.bootstrap, topic)).toEqual([]);

  const reader = await TopicReader.start(cluster.bootstrap, topic);
  await committed(topic, 'a');
  await reader.untilCount(1);
  await committed(topic, 'b');
  await reader.untilCount(2);
  await expect(reader.untilCount(3, 1)).rejects.toThrow('2 of 3 records came');
  await reader.stop();
  expect(reader.records().map(({ value }) => String(value))).toEqual(['a', 'b']);
});

async function committed(topic: string, value: string): Promise<void> {
  const transaction = await producer.transaction();
  await write(transaction, topic, value);
  await transaction.commit();
}

async function aborted(topic: string, value: string): Promise<void> {
  const transaction = await producer.transaction();
  await write(transaction, topic, value);
  await transaction.abort();
}

async function write(transaction: Transaction, topic: string, value: string): Promise<void> {
  await transaction.send({ topic, messages: [{ partition: 0, value }] });
}
