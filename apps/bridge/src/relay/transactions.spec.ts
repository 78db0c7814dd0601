import type { OutboxRecord } from '@bridge/outbox';
import { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import { Transactions } from './transactions.js';

const CLOCK = { now: () => 0 } as Clock;
const SICK = Buffer.from('sick');

/** The only record of a transaction that Kafka has refused once. */
function failed(id: number, key: Buffer): OutboxRecord {
  const transaction = { id: `t${id}`, size: 1 };
  return { id, topic: 'nf', key, status: 'failed', value: null, transaction } as OutboxRecord;
}

describe('failed transactions', () => {
  const rows = [
    ...Array.from({ length: 25 }, (_, n) => failed(n + 2, SICK)),
    failed(40, Buffer.from('well')),
  ];
  const store = {
    dueTransactions: (_now: number, afterId: number, limit: number) =>
      Promise.resolve(
        rows
          .filter(({ id }) => id > afterId)
          .slice(0, limit)
          .map(({ id }) => ({ id: `t${id}`, firstId: id })),
      ),
    ofTransaction: (name: string) =>
      Promise.resolve(rows.filter(({ transaction }) => transaction?.id === name)),
  };

  const looksOf = async (transactions: Transactions, looks: number): Promise<string[]> => {
    const found: string[] = [];
    for (let look = 0; look < looks; look++) {
      found.push(...(await transactions.next(1_000)).map(({ id }) => id));
    }
    return found;
  };

  it('that wait behind a dead letter do not stand before the others for ever', async () => {
    const blocks = new Blocks(
      () => undefined,
      () => undefined,
    );
    blocks.park({ id: 1, topic: 'nf', key: SICK, replays: 0 });
    for (const row of rows) blocks.hold(row);
    const transactions = new Transactions(store, blocks, CLOCK, true, null);
    expect(await looksOf(transactions, 3)).toEqual(['t40']);
    blocks.unpark(1);
    // From the oldest one on, once all were looked at.
    expect(await looksOf(transactions, 1)).toEqual(['t2']);
  });
});
