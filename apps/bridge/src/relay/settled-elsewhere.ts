import type { IdRange, OutboxStore, RecordState } from '@bridge/outbox';
import type { Settlement, Settlements } from './settlements.js';

/** Ids in one question at most. */
const AT_ONCE = 1_000;

/** Tells the POSTs that wait here what another instance has settled. One look at a time; what comes meanwhile is looked for after it. */
export class SettledElsewhere {
  private next: IdRange | null | 'nothing' = 'nothing';
  private looking = false;

  constructor(
    private readonly store: Pick<OutboxStore, 'onSettledElsewhere' | 'settledOf'>,
    private readonly settlements: Settlements,
  ) {}

  start(): void {
    this.store.onSettledElsewhere((range) => this.look(range));
  }

  /** @param range null: any record that is waited for. */
  look(range: IdRange | null): void {
    this.next = this.next === 'nothing' ? range : both(this.next, range);
    if (!this.looking) void this.run();
  }

  private async run(): Promise<void> {
    this.looking = true;
    while (this.next !== 'nothing') {
      const ids = this.settlements.waitedFor(this.next);
      this.next = 'nothing';
      for (let at = 0; at < ids.length; at += AT_ONCE) await this.ask(ids.slice(at, at + AT_ONCE));
    }
    this.looking = false;
  }

  private async ask(ids: readonly number[]): Promise<void> {
    try {
      for (const state of await this.store.settledOf(ids)) {
        const settlement = settlementOf(state);
        if (settlement !== null) this.settlements.settle(state.id, settlement);
      }
    } catch {
      // The database is away; whoever waits is answered at the next look, or at the end of his patience.
    }
  }
}

function both(one: IdRange | null, other: IdRange | null): IdRange | null {
  if (one === null || other === null) return null;
  return [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

function settlementOf(state: RecordState): Settlement | null {
  const { status, partition, offset, lastErrorCode, lastError } = state;
  if (status === 'dlq') {
    return { status, code: lastErrorCode ?? 'unknown', error: lastError ?? '' };
  }
  if (status !== 'sent' || partition === null || offset === null) return null;
  return { status, partition, offset };
}
