import type { Clock } from './clock.js';
import { Signal } from './signal.js';

/** So many batches of the others go by themselves between two of a flood. */
const LET_BY = 2;
/** Callers who were answered post again a moment later. Milliseconds. */
const COMES_BACK_MS = 10;
/** A flood waits no longer for its turn: about what these batches take, and nothing beside an outage. Milliseconds. */
const PATIENCE_MS = 100;
/** So short a wait need not be cut shorter. */
const NEVER = new AbortController().signal;

/**
 * Two transactions at the same time cost each other as much again, since they wait for the same brokers: a flood lets
 * a few batches of the main pipeline go by themselves before each of its own.
 */
export class RightOfWay {
  private readonly signal: Signal;
  private underWay = false;
  private settled = 0;
  private settledAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Pick<Clock, 'now' | 'sleep'>) {
    this.signal = new Signal(clock);
  }

  /** A batch of the main pipeline goes out. */
  depart(): void {
    this.underWay = true;
    this.signal.notify();
  }

  /** What has become of it is known. Without one under way it is none. */
  arrive(): void {
    if (!this.underWay) return;
    this.underWay = false;
    this.settled++;
    this.settledAt = this.clock.now();
    this.signal.notify();
  }

  /** Resolves when it is a flood's turn. Never rejects. */
  async give(): Promise<void> {
    const patience = this.clock.now() + PATIENCE_MS;
    const enough = this.settled + LET_BY;
    for (;;) {
      const until = this.underWay ? patience : Math.min(patience, this.settledAt + COMES_BACK_MS);
      const left = until - this.clock.now();
      if (this.settled >= enough || left <= 0) return;
      await this.signal.wait(left, NEVER);
    }
  }
}
