import { Logger } from '@nestjs/common';
import type { KafkaError } from '@bridge/kafka';
import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { mask } from '../privacy/index.js';
import { Repeats } from '../problem/index.js';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import { judge, type RetryRules } from './retry-policy.js';
import type { Settlements } from './settlements.js';

export interface RefusalRules extends RetryRules {
  /** `park`: later records of a dead letter's key wait until it is replayed or discarded. */
  readonly onDeadLetter: 'continue' | 'park';
}

export interface RefusalFacts {
  /** Ids of those that the error is about, where the others only share their transaction; absent: all. */
  readonly guilty?: ReadonlySet<number>;
  /** Number of the batch that was refused, where there was one. */
  readonly batch: number | null;
}

/** Acts on Kafka's refusal of records: retry later, or dead letter. */
export class Refusals {
  private readonly logger = new Logger(Refusals.name);
  private readonly repeats = new Repeats();

  constructor(
    private readonly store: OutboxStore,
    private readonly blocks: Blocks,
    private readonly settlements: Settlements,
    private readonly clock: Clock,
    private readonly rules: RefusalRules,
    private readonly buried: () => void,
  ) {}

  /** Judges records that were refused together by one and the same error. */
  async judge(
    rows: readonly OutboxRecord[],
    error: KafkaError,
    { guilty = new Set(rows.map(({ id }) => id)), batch }: RefusalFacts = { batch: null },
  ): Promise<void> {
    // One chance for all: records of one key must not come due in another order than they were accepted.
    const chance = this.clock.random();
    const now = this.clock.now();
    const later: { row: OutboxRecord; nextAt: number }[] = [];
    const dead: OutboxRecord[] = [];
    for (const row of rows) {
      const verdict = judge(error, row.attempts, now, this.rules, chance);
      if (verdict.action === 'reschedule') later.push({ row, nextAt: verdict.nextAt });
      if (verdict.action === 'bury') dead.push(row);
    }
    // A broker may quote what it refuses; what is stored is shown, and goes into a header of the dead letter.
    const text = mask(error.message);
    const textFor = (id: number): string =>
      guilty.has(id) ? text : `with its transaction: ${text}`;
    await this.reschedule(later, { code: error.code, batch, textFor });
    await this.bury(dead, { code: error.code, batch, textFor });
  }

  private async reschedule(
    later: readonly { row: OutboxRecord; nextAt: number }[],
    { code, batch, textFor }: Reason,
  ): Promise<void> {
    if (later.length === 0) return;
    await this.store.reschedule(
      later.map(({ row, nextAt }) => ({ id: row.id, code, error: textFor(row.id), nextAt })),
    );
    for (const { row } of later) this.blocks.hold(row);
    const first = later.find(({ row }) => row.attempts === 0);
    if (first !== undefined) this.tellFirst(first.row, code, batch);
  }

  private async bury(
    dead: readonly OutboxRecord[],
    { code, batch, textFor }: Reason,
  ): Promise<void> {
    if (dead.length === 0) return;
    for (const row of dead) this.blocks.park(row);
    await this.store.bury(dead.map(({ id }) => ({ id, code, error: textFor(id) })));
    for (const row of dead) {
      const attempts = row.attempts + 1;
      this.logger.warn('a record is a dead letter', { ...fieldsOf(row, code, batch), attempts });
      this.settlements.settle(row.id, { status: 'dlq', code, error: textFor(row.id) });
      if (this.rules.onDeadLetter === 'continue' || row.key === null) this.blocks.unpark(row.id);
    }
    this.buried();
  }

  /** At its first try only; of many at once, one line in ten seconds for each code. */
  private tellFirst(row: OutboxRecord, code: string, batch: number | null): void {
    const untold = this.repeats.note(code, this.clock.now());
    if (untold === null) return;
    const fields = { ...fieldsOf(row, code, batch), ...(untold > 0 ? { untold } : {}) };
    this.logger.warn('a record was refused and is tried again', fields);
  }
}

/** Why records are tried again, or not any more. */
interface Reason {
  readonly code: string;
  readonly batch: number | null;
  readonly textFor: (id: number) => string;
}

function fieldsOf({ messageId, lane }: OutboxRecord, code: string, batch: number | null): object {
  return { messageId, lane, code, ...(batch === null ? {} : { batch }) };
}
