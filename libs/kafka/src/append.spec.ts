import { appendAll, slices, type SendOne } from './append.js';
import type { ProducerRecord } from './ports.js';

const record = (bytes: number): ProducerRecord => ({
  key: null,
  value: Buffer.alloc(bytes),
  headers: [],
  timestamp: 1,
});

describe('slices', () => {
  it('keeps small records together', () => {
    expect(slices([record(100), record(100), record(100)], null)).toEqual([{ from: 0, to: 3 }]);
  });

  it('cuts before a request would pass the limit of the topic', () => {
    expect(slices([record(400), record(400), record(400)], 1_000)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ]);
  });

  it('sends a record above the limit alone, so that the refusal names it', () => {
    expect(slices([record(10), record(5_000), record(10)], 1_000)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ]);
  });

  it('has nothing to send for nothing', () => {
    expect(slices([], null)).toEqual([]);
  });
});

describe('appendAll', () => {
  const batch = [
    { topic: 'nf', partition: 0, records: [record(1), record(1)], maxBytes: null },
    { topic: 'nf', partition: 1, records: [record(1)], maxBytes: null },
  ];
  const answer = (partition: number, baseOffset: string) => [
    { topicName: 'nf', partition, errorCode: 0, baseOffset },
  ];
  const partitionOf = (request: Parameters<SendOne>[0]) => request.messages[0]?.partition ?? -1;

  it('counts the offsets of a request up from its base offset', async () => {
    const result = await appendAll(
      (request) => Promise.resolve(answer(partitionOf(request), '9007199254740993')),
      batch,
    );
    expect(result).toEqual({
      complete: true,
      offsets: [
        { topic: 'nf', partition: 0, offsets: ['9007199254740993', '9007199254740994'] },
        { topic: 'nf', partition: 1, offsets: ['9007199254740993'] },
      ],
    });
  });

  it.each([
    ['an empty answer', []],
    ['another partition', answer(7, '5')],
    ['no offset', answer(1, '-1')],
  ])('does not take %s for success', async (_, wrong) => {
    const result = await appendAll(
      (request) => Promise.resolve(partitionOf(request) === 1 ? wrong : answer(0, '3')),
      batch,
    );
    expect(result.complete).toBe(false);
    if (result.complete) return;
    expect(result.failures.map(({ partition, error }) => [partition, error.code])).toEqual([
      [1, 'incomplete_answer'],
    ]);
    expect(result.offsets.map(({ partition }) => partition)).toEqual([0]);
  });

  it('asks for all in-sync replicas at every send, since the producer ignores the setting', async () => {
    const acks: number[] = [];
    await appendAll((request) => {
      acks.push(request.acks);
      return Promise.resolve(answer(partitionOf(request), '0'));
    }, batch);
    expect(acks).toEqual([-1, -1]);
  });
});
