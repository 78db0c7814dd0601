import type { ProducerRecord } from './ports.js';
import { slices } from './slices.js';

const record = (bytes: number): ProducerRecord => ({
  key: null,
  value: Buffer.alloc(bytes),
  headers: [],
  timestamp: 1,
});

const cut = (sizes: readonly number[], maxBytes: number | null) =>
  slices(sizes.map(record), maxBytes).map(({ from, to }) => [from, to]);

describe('slices', () => {
  it('keeps small records together', () => {
    expect(cut([100, 100, 100], null)).toEqual([[0, 3]]);
  });

  it('cuts before a request would pass the limit of the topic', () => {
    expect(cut([400, 400, 400], 1_000)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('sends a record above the limit alone, so that the refusal names it', () => {
    expect(cut([10, 5_000, 10], 1_000)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('has nothing to send for nothing', () => {
    expect(cut([], null)).toEqual([]);
  });
});
