import { ConsoleLogger, Logger } from '@nestjs/common';
import { KafkaError } from '@bridge/kafka';
import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import { Refusals } from './refusals.js';
import { Settlements } from './settlements.js';

class Told extends ConsoleLogger {
  readonly lines: unknown[][] = [];

  override warn(...line: unknown[]): void {
    this.lines.push(line.slice(0, 2));
  }
}

const ERROR = new KafkaError(
  { code: 'unknown_topic', scope: 'topic', retryable: true, outcome: 'not-written' },
  'no such topic',
);
const RULES = {
  maxAttempts: 3,
  initialMs: 1,
  multiplier: 2,
  maxMs: 10,
  onDeadLetter: 'continue',
} as const;

describe('in the log', () => {
  let told: Told;
  let now = 0;
  let refusals: Refusals;

  beforeEach(() => {
    Logger.overrideLogger((told = new Told()));
    now = 0;
    const done = () => Promise.resolve();
    const store = { bury: done, reschedule: done } as unknown as OutboxStore;
    const clock = { now: () => now, random: () => 0 } as Clock;
    const blocks = new Blocks(
      () => undefined,
      () => undefined,
    );
    const settlements = new Settlements();
    refusals = new Refusals(store, blocks, settlements, clock, RULES, () => undefined);
  });
  afterAll(() => Logger.overrideLogger(false));

  const record = (id: number, attempts: number): OutboxRecord => {
    const named = { id, messageId: `nf-${id}`, lane: id + 10, topic: 'nf', attempts };
    return { ...named, key: Buffer.from(String(id)) } as OutboxRecord;
  };

  test('a record has a line when it is refused first, and one when it is a dead letter', async () => {
    for (const attempts of [0, 1, 2]) {
      await refusals.judge([record(1, attempts)], ERROR, { batch: 40 + attempts });
      now += 60_000;
    }
    const fields = { messageId: 'nf-1', lane: 11, code: 'unknown_topic' };
    expect(told.lines).toEqual([
      ['a record was refused and is tried again', { ...fields, batch: 40 }],
      ['a record is a dead letter', { ...fields, batch: 42, attempts: 3 }],
    ]);
  });

  test('records that are refused one after the other share a line, which says so later', async () => {
    for (const id of [1, 2, 3]) await refusals.judge([record(id, 0)], ERROR);
    now = 10_000;
    await refusals.judge([record(4, 0)], ERROR);
    expect(told.lines.map(([, fields]) => fields)).toEqual([
      { messageId: 'nf-1', lane: 11, code: 'unknown_topic' },
      { messageId: 'nf-4', lane: 14, code: 'unknown_topic', untold: 2 },
    ]);
  });
});
