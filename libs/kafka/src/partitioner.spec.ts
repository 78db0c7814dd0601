import { murmur2, partitionFor } from './partitioner.js';

// The expected values are those of Apache Kafka's own UtilsTest.testMurmur2.
const known: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
];

describe('partitioner', () => {
  it.each(known)('hashes %s as Java does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('reads a key from the middle of a larger buffer', () => {
    const buffer = Buffer.from('xxfoobarxx');
    expect(murmur2(buffer.subarray(2, 8))).toBe(-790332482);
  });

  it('takes an empty key for a key, always in one partition', () => {
    const partitions = new Set(Array.from({ length: 50 }, () => partitionFor(Buffer.alloc(0), 12)));
    expect(partitions.size).toBe(1);
  });

  it('spreads records without a key over the partitions', () => {
    const partitions = new Set(Array.from({ length: 500 }, () => partitionFor(null, 3)));
    expect([...partitions].toSorted()).toEqual([0, 1, 2]);
  });
});
