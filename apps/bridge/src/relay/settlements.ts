import { Injectable } from '@nestjs/common';
import type { IdRange } from '@bridge/outbox';

/** How a record ended, told to whoever waits for it. */
export type Settlement =
  | { readonly status: 'sent'; readonly partition: number; readonly offset: string }
  | { readonly status: 'dlq'; readonly code: string; readonly error: string };

type Waiter = (settlement: Settlement | null) => void;

/**
 * Wakes the POSTs that wait for their record to be settled. Bounded by the number of open requests:
 * a waiter leaves when its time is over, whatever becomes of the record.
 */
@Injectable()
export class Settlements {
  private readonly waiters = new Map<number, Set<Waiter>>();

  /** Resolves with the settlement, or with null after `withinMs`. Never rejects. */
  wait(id: number, withinMs: number): Promise<Settlement | null> {
    return new Promise((resolve) => {
      const waiting = this.waiters.get(id) ?? new Set();
      this.waiters.set(id, waiting);
      const done: Waiter = (settlement) => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0 && this.waiters.get(id) === waiting) this.waiters.delete(id);
        resolve(settlement);
      };
      const timer = setTimeout(() => done(null), withinMs);
      waiting.add(done);
    });
  }

  /** Ids that are waited for, within this range; null: all of them. */
  waitedFor(range: IdRange | null): readonly number[] {
    const all = [...this.waiters.keys()];
    return range === null ? all : all.filter((id) => id >= range[0] && id <= range[1]);
  }

  settle(id: number, settlement: Settlement): void {
    for (const done of this.waiters.get(id) ?? []) done(settlement);
  }

  /** Answers everybody with what is known: nothing. Used when the bridge shuts down. */
  releaseAll(): void {
    for (const waiting of this.waiters.values()) {
      for (const done of waiting) done(null);
    }
  }
}
