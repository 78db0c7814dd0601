import { committedRecords, type ReadMessage } from './committed-records.js';

const record = (offset: number, producerId: string | null): ReadMessage => ({
  offset: String(offset),
  key: null,
  batchContext:
    producerId === null ? { inTransaction: false } : { inTransaction: true, producerId },
});
const marker = (offset: number, producerId: string, type: 'abort' | 'commit'): ReadMessage => ({
  offset: String(offset),
  key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]),
  isControlRecord: true,
  batchContext: { inTransaction: true, producerId },
});
const seen = (
  messages: readonly ReadMessage[],
  aborted: readonly (readonly [producerId: string, firstOffset: number])[],
): number[] =>
  committedRecords(
    messages,
    aborted.map(([producerId, first]) => ({ producerId, firstOffset: String(first) })),
  ).map(({ offset }) => Number(offset));

test('what a transaction has written that was aborted is not seen, up to its end', () => {
  const log = [
    record(1, 'a'),
    marker(2, 'a', 'abort'),
    record(3, 'a'),
    marker(4, 'a', 'commit'),
    record(5, null),
  ];
  expect(seen(log, [['a', 1]])).toEqual([3, 5]);
  expect(seen(log, [])).toEqual([1, 3, 5]);
});

test('an answer that begins within two aborted transactions shows neither', () => {
  const log = [
    record(60, 'b'),
    marker(61, 'a', 'abort'),
    record(62, 'c'),
    record(63, 'b'),
    marker(64, 'b', 'abort'),
    record(65, 'b'),
  ];
  const aborted = [
    ['a', 50],
    ['b', 55],
  ] as const;
  expect(seen(log, aborted)).toEqual([62, 65]);
  // Kafka names them in the order in which they ended.
  expect(seen(log, aborted.toReversed())).toEqual([62, 65]);
});

test('a record whose key looks like a marker is a record', () => {
  const log = [{ ...record(1, 'a'), key: Buffer.alloc(4) }, record(2, 'a'), record(3, 'b')];
  expect(seen(log, [['a', 1]])).toEqual([3]);
});
