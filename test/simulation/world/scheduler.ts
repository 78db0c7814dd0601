import type { Random } from './random.js';
import type { Trace } from './trace.js';

interface Timer {
  readonly at: number;
  readonly tie: number;
  readonly what: string;
  run: (() => void) | null;
}

/** A run starts at this moment: 2026-01-01, in epoch milliseconds. */
export const EPOCH = Date.UTC(2026, 0, 1);

/**
 * Virtual time. One timer fires, everything that follows from it runs until nothing is left to run, then the
 * next timer fires. Timers of the same moment come in an order that the seed chooses.
 */
export class Scheduler {
  /** Milliseconds since the start of the run. */
  now = 0;
  /** Timers fired so far. */
  steps = 0;
  private readonly heap: Timer[] = [];

  constructor(
    readonly random: Random,
    readonly trace: Trace,
  ) {}

  /** Runs after `ms`. @returns a function that cancels it. */
  after(ms: number, what: string, run: () => void): () => void {
    const timer: Timer = { at: this.now + Math.max(0, ms), tie: this.random.next(), what, run };
    this.push(timer);
    return () => {
      timer.run = null;
    };
  }

  /** Fires timers until the condition holds. False: time has passed `limit`, or nothing is left to fire. */
  async run(until: () => boolean, limit: number): Promise<boolean> {
    await settled();
    while (!until()) {
      const timer = this.pop();
      if (timer === null || timer.at > limit) {
        if (timer !== null) this.push(timer);
        this.now = limit;
        return false;
      }
      const { run } = timer;
      if (run === null) continue;
      this.now = timer.at;
      this.steps++;
      this.trace.note(this.now, timer.what);
      run();
      await settled();
    }
    return true;
  }

  private push(timer: Timer): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (!before(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  private pop(): Timer | null {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined) return null;
    if (heap.length > 0) this.sink(last);
    return top;
  }

  private sink(timer: Timer): void {
    const { heap } = this;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left;
      if (!before(heap[child]!, timer)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = timer;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

/** Resolves when every promise that could run has run: a turn of the event loop comes after all of them. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
