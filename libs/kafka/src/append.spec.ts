import type { RecordMetadata } from 'kafkajs';
import { appendAll, type AppendRequest } from './append.js';
import { KafkaError } from './kafka.error.js';
import type { PartitionRecords, ProducerRecord } from './ports.js';

const record = (bytes: number): ProducerRecord => ({
  key: null,
  value: Buffer.alloc(bytes),
  headers: [],
  timestamp: 1,
});

const to = (topic: string, partition: number, ...bytes: number[]): PartitionRecords => ({
  topic,
  partition,
  records: bytes.map(record),
  maxBytes: null,
});

/** `topic-partition×records` of a request, in its order. */
const contents = ({ topicMessages }: AppendRequest): string[] =>
  topicMessages.flatMap(({ topic, messages }) => {
    const partitions = [...new Set(messages.map(({ partition }) => partition))];
    return partitions.map((one) => {
      return `${topic}-${one}×${messages.filter(({ partition }) => partition === one).length}`;
    });
  });

/** What Kafka answers when it has written all of a request at these base offsets. */
const written =
  (baseOffset: string) =>
  ({ topicMessages }: AppendRequest): Promise<RecordMetadata[]> =>
    Promise.resolve(
      topicMessages.flatMap(({ topic, messages }) =>
        [...new Set(messages.map(({ partition }) => partition ?? -1))].map((partition) => {
          return { topicName: topic, partition, errorCode: 0, baseOffset };
        }),
      ),
    );

const oneLeader = () => 1;

describe('appendAll', () => {
  const batch = [to('nf', 0, 1, 1), to('nf', 1, 1)];

  it('counts the offsets of a request up from its base offset', async () => {
    const ports = { send: written('9007199254740993'), leaderOf: oneLeader };
    expect(await appendAll(ports, batch)).toEqual({
      complete: true,
      offsets: [
        { topic: 'nf', partition: 0, offsets: ['9007199254740993', '9007199254740994'] },
        { topic: 'nf', partition: 1, offsets: ['9007199254740993'] },
      ],
    });
  });

  it.each([
    ['an empty answer', []],
    ['another partition', [{ topicName: 'nf', partition: 7, errorCode: 0, baseOffset: '5' }]],
    ['another topic', [{ topicName: 'nfe', partition: 1, errorCode: 0, baseOffset: '5' }]],
    ['no offset', [{ topicName: 'nf', partition: 1, errorCode: 0, baseOffset: '-1' }]],
    ['an error', [{ topicName: 'nf', partition: 1, errorCode: 6, baseOffset: '5' }]],
  ])('does not take %s for success', async (_, wrong) => {
    const right = { topicName: 'nf', partition: 0, errorCode: 0, baseOffset: '3' };
    const send = () => Promise.resolve([right, ...wrong]);
    const result = await appendAll({ send, leaderOf: oneLeader }, batch);
    expect(result.complete).toBe(false);
    if (result.complete) return;
    expect(result.failures.map(({ partition, error }) => [partition, error.code])).toEqual([
      [1, 'incomplete_answer'],
    ]);
    expect(result.offsets.map(({ partition }) => partition)).toEqual([0]);
  });

  it('asks for all in-sync replicas at every send, since the producer ignores the setting', async () => {
    const acks: number[] = [];
    const send = (request: AppendRequest) => {
      acks.push(request.acks);
      return written('0')(request);
    };
    await appendAll({ send, leaderOf: (_, partition) => partition }, batch);
    expect(acks).toEqual([-1, -1]);
  });

  describe('sends each broker', () => {
    const requests = async (
      parts: readonly PartitionRecords[],
      leaderOf: (topic: string, partition: number) => number | null,
    ): Promise<string[][]> => {
      const sent: string[][] = [];
      const send = (request: AppendRequest) => {
        sent.push(contents(request));
        return written('0')(request);
      };
      await appendAll({ send, leaderOf }, parts);
      return sent;
    };

    it('one request, whatever the number of topics', async () => {
      const parts = [to('a', 0, 1), to('b', 0, 1, 1), to('c', 0, 1), to('a', 1, 1)];
      const leaders: Record<string, number> = { a: 1, b: 2, c: 1 };
      expect(await requests(parts, (topic) => leaders[topic] ?? null)).toEqual([
        ['a-0×1', 'a-1×1', 'c-0×1'],
        ['b-0×2'],
      ]);
    });

    it('a partition without a leader apart, since its failure is not that of the others', async () => {
      const parts = [to('a', 0, 1), to('b', 0, 1), to('c', 0, 1)];
      expect(await requests(parts, (topic) => (topic === 'b' ? null : 1))).toEqual([
        ['a-0×1', 'c-0×1'],
        ['b-0×1'],
      ]);
    });

    it('no request beyond 900,000 bytes, and never two of one partition at once', async () => {
      const parts = [to('a', 0, 500_000, 500_000), to('b', 0, 300_000), to('c', 0, 300_000)];
      expect(await requests(parts, oneLeader)).toEqual([
        ['a-0×1', 'b-0×1'],
        ['a-0×1', 'c-0×1'],
      ]);
    });
  });

  it('takes the failure of a broker that does not answer for all that it leads, and for nothing else', async () => {
    const silent = new KafkaError(
      { code: 'kafka_timeout', scope: 'cluster', retryable: true, outcome: 'unknown' },
      'no answer',
    );
    const send = (request: AppendRequest) =>
      contents(request).includes('a-0×1') ? Promise.reject(silent) : written('0')(request);
    const result = await appendAll({ send, leaderOf: (topic) => (topic === 'b' ? 2 : 1) }, [
      to('a', 0, 600_000, 600_000),
      to('b', 0, 1),
      to('c', 0, 1, 1),
      to('d', 0, 600_000),
    ]);
    expect(result.complete).toBe(false);
    if (result.complete) return;
    expect(result.failures.map(({ topic, positions }) => [topic, positions])).toEqual([
      ['a', [0]],
      ['c', [0, 1]],
      ['d', [0]],
    ]);
    expect(result.offsets.map(({ topic }) => topic)).toEqual(['b']);
  });
});
