import { Clock } from '../../../apps/bridge/src/relay/clock.js';
import type { SimulatedProcess } from './process.js';
import { EPOCH, type Scheduler } from './scheduler.js';

/** The clock of one simulated process, on virtual time. */
export class VirtualClock extends Clock {
  constructor(
    private readonly scheduler: Scheduler,
    private readonly process: SimulatedProcess,
  ) {
    super();
  }

  now(): number {
    return EPOCH + Math.floor(this.scheduler.now);
  }

  /** Runs after `ms` of this process's life. @returns a function that cancels it. */
  after(ms: number, run: () => void): () => void {
    const what = `${this.process.name} wakes`;
    return this.scheduler.after(ms, what, () => this.process.deliver(what, run));
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.after(ms, done);
      signal?.addEventListener('abort', done);
    });
  }

  random(): number {
    return this.scheduler.random.next();
  }
}
