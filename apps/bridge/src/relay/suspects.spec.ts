import type { OutboxRecord } from '@bridge/outbox';
import { tooLarge, withEarlier } from './suspects.js';

const record = (id: number, key: string | null = 'k', topic = 'nf', bytes = 1) =>
  ({
    id,
    topic,
    key: key === null ? null : Buffer.from(key),
    value: Buffer.alloc(bytes),
  }) as OutboxRecord;

const ids = (rows: readonly OutboxRecord[]): number[] => rows.map(({ id }) => id);

describe('withEarlier', () => {
  it('takes along what comes before a refused record of its key, and nothing that comes after', () => {
    const batch = [record(1), record(2, 'other'), record(3), record(4)];
    expect(ids(withEarlier([record(3)], batch))).toEqual([1, 3]);
  });

  it('goes up to the last refused record of each key', () => {
    const batch = [record(1), record(2, 'other'), record(3), record(4, 'other'), record(5)];
    expect(ids(withEarlier([record(1), record(5), record(2, 'other')], batch))).toEqual([
      1, 2, 3, 5,
    ]);
  });

  it('takes nothing along for a record without a key, nor from another topic', () => {
    const batch = [record(1, null), record(2, null), record(3, 'k', 'pedidos'), record(4)];
    expect(ids(withEarlier([record(2, null), record(4)], batch))).toEqual([2, 4]);
  });
});

describe('tooLarge', () => {
  it('finds the records of the topic whose value is over the limit', () => {
    const batch = [record(1, 'a', 'nf', 11), record(2, 'b', 'nf', 10), record(3, 'c', 'x', 11)];
    expect(ids(tooLarge(batch, 'nf', 10))).toEqual([1]);
  });

  it('finds none while the limit is not known', () => {
    expect(tooLarge([record(1)], 'nf', null)).toEqual([]);
  });
});
