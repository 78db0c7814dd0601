import { Logger } from '@nestjs/common';
import { KafkaError } from '@bridge/kafka';
import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import { Refusals } from './refusals.js';
import { Settlements } from './settlements.js';

const RECORD = { id: 1, topic: 'nf', key: Buffer.from('k'), attempts: 0 } as OutboxRecord;
const TOO_LARGE = new KafkaError(
  { code: 'message_too_large', scope: 'record', retryable: false, outcome: 'not-written' },
  'too large',
);
const CLOCK = { now: () => 0, random: () => 0 } as Clock;
const RULES = { maxAttempts: 5, initialMs: 1, multiplier: 2, maxMs: 10 };

describe('Refusals', () => {
  let events: string[];
  let blocks: Blocks;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => {
    events = [];
    blocks = new Blocks(
      (fromId) => events.push(`released ${fromId}`),
      (id) => events.push(`settled ${id}`),
    );
  });

  const judged = (onDeadLetter: 'continue' | 'park', duringTheCommit: () => void) => {
    const bury = (): Promise<void> => {
      duringTheCommit();
      return Promise.resolve();
    };
    const store = { bury } as unknown as OutboxStore;
    const rules = { ...RULES, onDeadLetter };
    const refusals = new Refusals(store, blocks, new Settlements(), CLOCK, rules, () => undefined);
    return refusals.judge([RECORD], TOO_LARGE);
  };

  it('parks the key of a dead letter until the operator lets it go', async () => {
    await judged('park', () => undefined);
    expect(blocks.passOver({ ...RECORD, id: 2 }, 0)).toBe(true);
    blocks.unpark(1);
    expect(events).toEqual(['settled 1', 'released 2']);
  });

  it('lets the key go on when dead letters do not hold it', async () => {
    await judged('continue', () => undefined);
    expect(blocks.passOver({ ...RECORD, id: 2 }, 0)).toBe(false);
  });

  it('keeps and tells what a broker quotes without what is personal', async () => {
    const told: unknown[] = [];
    const bury = (failures: readonly { readonly error: string }[]): Promise<void> => {
      told.push(...failures.map(({ error }) => error));
      return Promise.resolve();
    };
    const settlements = {
      settle: (_id: number, { error }: { readonly error: string }) => told.push(error),
    } as unknown as Settlements;
    const store = { bury } as unknown as OutboxStore;
    const rules = { ...RULES, onDeadLetter: 'continue' } as const;
    const refusals = new Refusals(store, blocks, settlements, CLOCK, rules, () => undefined);
    const facts = {
      code: 'invalid_record',
      scope: 'record',
      retryable: false,
      outcome: 'not-written',
    } as const;
    await refusals.judge([RECORD], new KafkaError(facts, 'the key 52998224725 is refused'));
    expect(told).toEqual(Array(2).fill('the key ***.982.247-** is refused'));
  });

  it.each(['continue', 'park'] as const)(
    '%s: a replay that shares the commit comes after the burial, though it is told first',
    async (onDeadLetter) => {
      await judged(onDeadLetter, () => {
        blocks.unpark(1);
        events.push('replayed');
      });
      expect(blocks.blockedKeys).toBe(0);
      expect(events).toEqual(['settled 1', 'replayed']);
    },
  );
});
