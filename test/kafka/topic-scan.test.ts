import { randomUUID } from 'node:crypto';
import {
  AdminConnection,
  KafkaError,
  KafkaJsLedger,
  KafkaJsTopicScan,
  KafkaJsTransactionalProducers,
  type LedgerSlot,
  type ScannedPiece,
  type ScannedRecord,
  type TransactionalProducer,
} from '@bridge/kafka';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';

describe('the scan of a topic', () => {
  let cluster: SharedCluster;
  let scan: KafkaJsTopicScan;
  let producers: KafkaJsTransactionalProducers;
  let slot: LedgerSlot;
  const held: TransactionalProducer[] = [];

  beforeAll(async () => {
    cluster = await sharedCluster();
    const connection = { brokers: cluster.bootstrap, clientId: 'scan', ssl: null, sasl: null };
    scan = new KafkaJsTopicScan(connection, new AdminConnection(connection));
    producers = new KafkaJsTransactionalProducers(connection, 'gzip');
    const admin = new AdminConnection(connection);
    const name = `scan-ledger-${randomUUID()}`;
    await new KafkaJsLedger(admin).prepare(name, 2);
    await admin.close();
    slot = { group: name, topic: name, partition: 0, markPartition: 1 };
  }, 120_000);

  afterAll(async () => {
    for (const producer of held) producer.discard();
    await scan?.close();
    await cluster?.release();
  });

  /** Appends in a transaction and leaves the end of it to the caller. */
  async function append(
    topic: string,
    partition: number,
    ids: readonly string[],
  ): Promise<TransactionalProducer> {
    const producer = await producers.fence(`scan-${randomUUID()}`);
    held.push(producer);
    const records = ids.map((id) => ({
      key: Buffer.from(id),
      value: Buffer.from(`value of ${id}`),
      headers: [
        { name: 'message-id', value: Buffer.from(id) },
        { name: 'other', value: Buffer.from([0, 255]) },
      ],
      timestamp: 1_764_000_000_000,
    }));
    const request = { topic, partition, maxBytes: null, records };
    const result = await producer.append(slot, { number: 1, token: 't' }, [request]);
    expect(result.complete).toBe(true);
    return producer;
  }

  async function committed(topic: string, partition: number, ids: readonly string[]) {
    await (await append(topic, partition, ids)).commit();
  }

  async function aborted(topic: string, partition: number, ids: readonly string[]) {
    const id = `scan-${randomUUID()}`;
    const first = await producers.fence(id);
    held.push(first);
    const records = ids.map((one) => ({
      key: null,
      value: Buffer.from(one),
      headers: [],
      timestamp: 1,
    }));
    await first.append(slot, { number: 1, token: 't' }, [
      { topic, partition, maxBytes: null, records },
    ]);
    // The fence ends what the predecessor has left open.
    held.push(await producers.fence(id));
  }

  async function all(topic: string, from = new Map<number, bigint>()) {
    const pieces: ScannedPiece[] = [];
    for await (const piece of scan.scan(topic, from)) pieces.push(piece);
    const records = pieces.flatMap((piece) => piece.records);
    return { pieces, records, ids: records.map(idOf) };
  }

  const idOf = ({ key }: ScannedRecord): string => key?.toString() ?? 'none';

  it('gives committed records with their bytes, and none that were aborted', async () => {
    const topic = await cluster.createTopic('scan', { partitions: 2 });
    await committed(topic, 0, ['a', 'b']);
    await aborted(topic, 0, ['x', 'y']);
    await committed(topic, 0, ['c']);
    await committed(topic, 1, ['d']);
    const { ids, records } = await all(topic);
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(records[0]).toEqual({
      partition: 0,
      offset: 0n,
      key: Buffer.from('a'),
      value: Buffer.from('value of a'),
      headers: [
        { name: 'message-id', value: Buffer.from('a') },
        { name: 'other', value: Buffer.from([0, 255]) },
      ],
      timestamp: 1_764_000_000_000,
      transactional: true,
    });
    // a, b, their marker, x, y, their marker, c.
    expect(records[2]?.offset).toBe(6n);
  });

  it('begins where it is told, and tells the bounds of each partition first, also of an empty one', async () => {
    const topic = await cluster.createTopic('scan', { partitions: 2 });
    await committed(topic, 0, ['a', 'b', 'c']);
    const { ids, pieces } = await all(topic, new Map([[0, 1n]]));
    expect(ids).toEqual(['b', 'c']);
    const first = (wanted: number) => pieces.find(({ partition }) => partition === wanted);
    // The end is 3, or 4 once the marker of the commit is written.
    expect(first(0)).toMatchObject({ partition: 0, records: [], logStart: 0n, position: 1n });
    expect(first(0)?.end).toBeGreaterThanOrEqual(3n);
    expect(first(1)).toEqual({ partition: 1, records: [], logStart: 0n, position: 0n, end: 0n });
    const beyond = await all(topic, new Map([[0, 100n]]));
    expect(beyond.ids).toEqual([]);
    expect(beyond.pieces[0]).toMatchObject({ position: 100n, records: [] });
  });

  it('waits for a transaction that is open before the end, and sees it when it was committed', async () => {
    const topic = await cluster.createTopic('scan', { partitions: 1 });
    const open = await append(topic, 0, ['late']);
    await committed(topic, 0, ['after']);
    const reading = all(topic);
    await open.commit();
    expect((await reading).ids).toEqual(['late', 'after']);
  });

  it('says that a topic is not there, and makes none', async () => {
    const topic = `nowhere-${randomUUID()}`;
    const error: unknown = await all(topic).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toMatchObject({ code: 'unknown_topic' });
    await expect(all(topic)).rejects.toMatchObject({ code: 'unknown_topic' });
  });

  it('peeks at the numbers of a group, and knows its name', async () => {
    const topic = await cluster.createTopic('scan', { partitions: 1 });
    await committed(topic, 0, ['a']);
    expect((await scan.peek(slot.group, slot.topic)).get(0)).toEqual({ number: 1, token: 't' });
    expect(await scan.peek(`none-${randomUUID()}`, slot.topic)).toEqual(new Map());
    expect(await scan.peek(slot.group, `none-${randomUUID()}`)).toEqual(new Map());
    expect(await scan.groups('scan-ledger-')).toContain(slot.group);
  });
});
