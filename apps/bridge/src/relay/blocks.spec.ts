import type { OutboxRecord } from '@bridge/outbox';
import { Blocks } from './blocks.js';

const record = (id: number, key: string | null = 'k', topic = 'nf') =>
  ({ id, topic, key: key === null ? null : Buffer.from(key) }) as OutboxRecord;

describe('Blocks', () => {
  let released: number[];
  let settled: number[];
  let blocks: Blocks;

  beforeEach(() => {
    released = [];
    settled = [];
    blocks = new Blocks(
      (fromId) => released.push(fromId),
      (id) => settled.push(id),
    );
  });

  it('lets a key pass that has nothing on the side', () => {
    expect(blocks.passOver(record(1), 0)).toBe(false);
  });

  it('holds later records of a key back and goes back to the first of them', () => {
    blocks.hold(record(1));
    expect([2, 3].map((id) => blocks.passOver(record(id), 0))).toEqual([true, true]);
    expect(blocks.passOver(record(4, 'other'), 0)).toBe(false);
    blocks.release(record(1));
    expect(released).toEqual([2]);
    expect(blocks.passOver(record(2), 0)).toBe(false);
  });

  it('lets a record pass that comes before everything of its key on the side', () => {
    blocks.hold(record(5));
    blocks.hold(record(7));
    expect([4, 5, 6].map((id) => blocks.passOver(record(id), 0))).toEqual([false, true, true]);
  });

  it('keeps a key until the last of its records on the side is settled', () => {
    blocks.hold(record(1));
    blocks.hold(record(2));
    blocks.passOver(record(3), 0);
    blocks.release(record(1));
    expect(released).toEqual([]);
    blocks.release(record(2));
    expect(released).toEqual([3]);
  });

  it('goes back to a record that only waits behind later ones on the side now', () => {
    blocks.hold(record(1));
    blocks.hold(record(5));
    expect([2, 3].map((id) => blocks.passOver(record(id), 0))).toEqual([true, true]);
    blocks.release(record(1));
    expect(released).toEqual([2]);
    expect([2, 3, 6].map((id) => blocks.passOver(record(id), 0))).toEqual([false, false, true]);
    blocks.release(record(5));
    expect(released).toEqual([2, 6]);
  });

  it('takes the same key of another topic for another key', () => {
    blocks.hold(record(1));
    expect(blocks.passOver(record(2, 'k', 'pedidos'), 0)).toBe(false);
  });

  it('holds a record without a key back alone', () => {
    blocks.hold(record(1, null));
    expect(blocks.passOver(record(1, null), 0)).toBe(true);
    expect(blocks.passOver(record(2, null), 0)).toBe(false);
  });

  it('goes back to a record that is given back undelivered', () => {
    blocks.hold(record(5));
    blocks.passOver(record(7), 0);
    blocks.release(record(5), true);
    expect(released).toEqual([5]);
  });

  it('knows who has an earlier record on the side', () => {
    blocks.hold(record(1));
    blocks.hold(record(3));
    expect(blocks.hasEarlierHolder(record(1), new Set())).toBe(false);
    expect(blocks.hasEarlierHolder(record(3), new Set())).toBe(true);
    expect(blocks.hasEarlierHolder(record(3), new Set([1]))).toBe(false);
  });

  it('frees a parked key when its record was replayed to another topic', () => {
    blocks.park(record(1));
    blocks.passOver(record(2), 0);
    blocks.unpark(1);
    expect(released).toEqual([2]);
  });

  it('does not give the operator a record that the side has', () => {
    blocks.park(record(1));
    blocks.hold(record(1));
    blocks.passOver(record(2), 0);
    blocks.unpark(1);
    expect({ released, settled }).toEqual({ released: [], settled: [] });
    expect(blocks.holds(record(1))).toBe(true);
  });

  it('holds the records of one partition back, and lets the others pass', () => {
    blocks.quarantine('nf', 1, 'not_enough_replicas', 0, 100);
    expect(blocks.passOver(record(1), 1)).toBe(true);
    expect(blocks.passOver(record(2), 0)).toBe(false);
    blocks.lift('nf', 1);
    expect(released).toEqual([1]);
    expect(blocks.passOver(record(1), 1)).toBe(false);
  });

  it('holds a whole topic back, also records whose partition is not chosen yet', () => {
    blocks.quarantine('nf', null, 'unknown_topic', 0, 100);
    expect(blocks.passOver(record(1), null)).toBe(true);
    expect(blocks.passOver(record(2), 2)).toBe(true);
    blocks.lift('nf', 2);
    expect(released).toEqual([1]);
  });

  it('keeps the first reason and time of a quarantine', () => {
    blocks.quarantine('nf', 1, 'first', 10, 100);
    blocks.quarantine('nf', 1, 'second', 20, 100);
    expect(blocks.quarantined()).toMatchObject([{ code: 'first', since: 10, nextProbeAt: 110 }]);
  });

  it('tells of a record that the side has settled, also when nothing waits for it', () => {
    blocks.release(record(1));
    blocks.hold(record(2));
    blocks.release(record(2), true);
    expect(settled).toEqual([1]);
  });

  it('leaves a record to a quarantine, and goes back to it when that ends', () => {
    blocks.quarantine('nf', 0, 'not_enough_replicas', 0, 100);
    blocks.hold(record(2));
    blocks.passOver(record(3), 0);
    blocks.leaveTo(blocks.quarantineOf('nf', 0)!, record(2));
    expect(released).toEqual([]);
    blocks.lift('nf', 0);
    expect(released).toEqual([2]);
  });
});
