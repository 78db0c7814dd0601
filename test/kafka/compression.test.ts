import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { createTopics } from '../../dev/kafka/topics.js';
import { readWithJava } from '../../dev/kafka/java-console.js';
import {
  AdminConnection,
  KafkaJsLedger,
  KafkaJsPlainProducer,
  KafkaJsTopicScan,
  KafkaJsTransactionalProducers,
  type KafkaConnection,
  type LedgerSlot,
  type ProducerRecord,
  type ScannedRecord,
} from '@bridge/kafka';
import { clusterOf, fetchCommitted } from '../../libs/kafka/src/kafkajs-fetch.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { readTopic } from '../support/consumer.js';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
type CodecName = (typeof CODECS)[number];
const TYPES = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
const RECORDS = 300;

/** Some fit into a block of lz4 or snappy, some are longer than several of them. */
function records(from: number): ProducerRecord[] {
  return Array.from({ length: RECORDS }, (_, at) => {
    const line = `{"nItem":${from + at},"xProd":"Açúcar cristal 5 kg","vProd":${(at * 37) % 1_000}.00}`;
    return {
      key: Buffer.from(`k${at}`),
      value: Buffer.from(line.repeat(at === 7 ? 3_000 : 1 + (at % 5))),
      headers: [{ name: 'message-id', value: Buffer.from(`m${from + at}`) }],
      timestamp: Date.now(),
    };
  });
}

/** By which codecs this process unpacks what it reads, from now on until the next producer is made. */
function watchCodecs(): Set<CodecName> {
  const used = new Set<CodecName>();
  const registry = kafkajs.CompressionCodecs as Record<number, () => unknown>;
  for (const name of CODECS) {
    const make = registry[TYPES[name]];
    registry[TYPES[name]] = () => {
      used.add(name);
      return make?.();
    };
  }
  return used;
}

describe('compressed records, on a real cluster', () => {
  let cluster: SharedCluster;
  let connection: KafkaConnection;
  let slot: LedgerSlot;

  beforeAll(async () => {
    cluster = await sharedCluster();
    connection = { brokers: cluster.bootstrap, clientId: 'packed', ssl: null, sasl: null };
    const admin = new AdminConnection(connection);
    const topic = `packed-ledger-${randomUUID()}`;
    await new KafkaJsLedger(admin).prepare(topic, 2);
    await admin.close();
    slot = { group: topic, topic, partition: 0, markPartition: 1 };
  }, 120_000);

  afterAll(async () => {
    await cluster?.release();
  });

  type Way = 'at-least-once' | 'exactly-once';

  /** @returns whether Kafka has said of each record where it is. */
  async function write(
    topic: string,
    compression: CodecName | 'none' | 'auto',
    way: Way,
    written: readonly ProducerRecord[],
  ): Promise<boolean> {
    const batch = [{ topic, partition: 0, maxBytes: null, records: written }];
    if (way === 'at-least-once') {
      const plain = new KafkaJsPlainProducer(connection, compression);
      const { complete } = await plain.append(batch);
      await plain.close();
      return complete;
    }
    const producer = await new KafkaJsTransactionalProducers(connection, compression).fence(topic);
    const { complete } = await producer.append(slot, { number: 1, token: 't' }, batch);
    await producer.commit();
    await producer.close();
    return complete;
  }

  /** By which codecs the records from this offset on are packed. */
  async function codecsFrom(topic: string, offset: number): Promise<readonly CodecName[]> {
    const kafka = new kafkajs.Kafka({ brokers: cluster.bootstrap });
    const view = clusterOf(kafka);
    await view.connect();
    try {
      await view.addTargetTopic(topic);
      const used = watchCodecs();
      await fetchCommitted(view, topic, 0, BigInt(offset));
      return [...used];
    } finally {
      await view.disconnect();
    }
  }

  const textsOf = (written: readonly ProducerRecord[]) =>
    written.map(({ key, value }) => [key?.toString(), value?.toString()]);

  it.each([...CODECS, 'auto'] as const)(
    'are read back by kafkajs and by Java as they were written: %s',
    async (compression) => {
      const topic = await cluster.createTopic(`packed-${compression}`, { partitions: 1 });
      const [first, second] = [records(0), records(RECORDS)];
      const expected = [compression === 'auto' ? 'zstd' : compression];
      expect(await write(topic, compression, 'at-least-once', first)).toBe(true);
      expect(await codecsFrom(topic, 0)).toEqual(expected);
      expect(await write(topic, compression, 'exactly-once', second)).toBe(true);
      expect(await codecsFrom(topic, RECORDS)).toEqual(expected);
      const written = [...first, ...second];
      const read = await readTopic(cluster.bootstrap, topic);
      expect(read.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
        written.map(({ key, value, headers }) => ({ key, value, headers })),
      );
      const javas = await readWithJava(cluster.bootstrap, topic, { expected: written.length });
      expect(javas.map(({ key, value }) => [key, value])).toEqual(textsOf(written));
    },
    120_000,
  );

  it.each(CODECS)(
    'of others are read by the scan: %s of a broker',
    async (compression) => {
      const topic = `repacked-${randomUUID()}`;
      const config = { 'compression.type': compression };
      await createTopics(cluster.bootstrap, [topic], { partitions: 1, config });
      const written = records(0);
      expect(await write(topic, 'none', 'exactly-once', written)).toBe(true);
      expect(await codecsFrom(topic, 0)).toEqual([compression]);
      const scan = new KafkaJsTopicScan(connection, new AdminConnection(connection));
      const found: ScannedRecord[] = [];
      try {
        for await (const piece of scan.scan(topic, new Map())) found.push(...piece.records);
      } finally {
        await scan.close();
      }
      expect(found.map(({ key, value }) => [key?.toString(), value?.toString()])).toEqual(
        textsOf(written),
      );
    },
    120_000,
  );
});
