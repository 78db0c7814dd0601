import type { OutboxRecord } from '@bridge/outbox';
import { Blocks } from './blocks.js';
import { Isolated } from './isolated.js';

const record = (id: number, status: OutboxRecord['status'], topic = 'nf') =>
  ({ id, topic, key: Buffer.from('k'), delivery: 'exactly-once', status }) as OutboxRecord;

describe('Isolated', () => {
  const ROOM = 1_000;
  let stored: OutboxRecord[];
  let whileLoading: () => void;
  let released: number[];
  let blocks: Blocks;
  let isolated: Isolated;

  beforeEach(() => {
    whileLoading = () => undefined;
    released = [];
    blocks = new Blocks(
      (fromId) => released.push(fromId),
      () => undefined,
    );
    const load = (): Promise<OutboxRecord[]> => {
      const asTheyStand = stored;
      whileLoading();
      return Promise.resolve(asTheyStand);
    };
    isolated = new Isolated({ load }, blocks, true);
    isolated.add([record(1, 'pending')], true);
  });

  it('offers a record that waits, and keeps its key blocked', async () => {
    stored = [record(1, 'pending')];
    expect(await isolated.next(ROOM)).toEqual(stored);
    expect(blocks.holds(record(1, 'pending'))).toBe(true);
  });

  it('parks a record that was buried unheard, for the operator to let go', async () => {
    stored = [record(1, 'dlq')];
    expect(await isolated.next(ROOM)).toEqual([]);
    blocks.unpark(1);
    expect(blocks.blockedKeys).toBe(0);
  });

  it('does not park a record that is replayed while it is looked at', async () => {
    stored = [record(1, 'dlq')];
    whileLoading = () => isolated.lookAgain(1);
    expect(await isolated.next(ROOM)).toEqual([]);
    whileLoading = () => undefined;
    stored = [record(1, 'pending')];
    expect(await isolated.next(ROOM)).toEqual(stored);
  });

  it('leaves a record that was replayed to another topic to its main pipeline', async () => {
    stored = [record(1, 'pending', 'nf-2')];
    expect(await isolated.next(ROOM)).toEqual([]);
    expect({ released, blocked: blocks.blockedKeys }).toEqual({ released: [1], blocked: 0 });
  });
});
