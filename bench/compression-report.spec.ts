import { logBytesOf, packedTable, type Packed } from './compression-report.js';

const way = (compression: string, logBytes: number, answers: number): Packed => ({
  compression,
  rounds: [
    {
      seconds: 1,
      latenciesMs: Float64Array.from({ length: answers }, () => 1),
      recordsPerAnswer: 100,
      unexpected: {},
    },
  ],
  cpuMs: 50,
  records: 1_000,
  logBytes,
  logRecords: 2_000,
});

test('each way is compared with the first one', () => {
  expect(packedTable('invoices', [way('none', 1_400_000, 40), way('zstd', 280_000, 50)])).toBe(
    [
      '| invoices | bytes a record | of none | CPU ms for 1,000 records | records/s | of none |',
      '| --- | --: | --: | --: | --: | --- |',
      '| none | 700 |  | 50 | 4,000 |  |',
      '| zstd | 140 | 20 % | 50 | 5,000 | 1.25 × |',
    ].join('\n'),
  );
});

test('the log of a topic is that of its partitions, one replica of each', () => {
  const broker = (sizes: Readonly<Record<string, number>>) => ({
    logDirs: [
      { partitions: Object.entries(sizes).map(([partition, size]) => ({ partition, size })) },
    ],
  });
  const brokers = [broker({ 'a-b-0': 10, 'a-b-1': 7 }), broker({ 'a-b-0': 9, 'c-0': 1 })];
  const printed = `Querying brokers\nReceived\n${JSON.stringify({ version: 1, brokers })}\n`;
  expect([...logBytesOf(printed)]).toEqual([
    ['a-b', 17],
    ['c', 1],
  ]);
  expect(() => logBytesOf('no brokers')).toThrow('not described');
});
