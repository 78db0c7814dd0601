import type { Clock } from './clock.js';

/** Wakes one loop. A call that comes while nobody waits is kept, so no wake-up is lost. */
export class Signal {
  private raised = false;
  private wake: (() => void) | null = null;

  constructor(private readonly clock: Pick<Clock, 'sleep'>) {}

  notify(): void {
    this.raised = true;
    this.wake?.();
  }

  /** Resolves at the next (or kept) notification, after `ms`, or when the signal is aborted. Never rejects. */
  async wait(ms: number, stop: AbortSignal): Promise<void> {
    if (!this.raised && !stop.aborted) {
      const waking = new AbortController();
      // A reason of its own, or each wake-up would make an exception with its stack.
      const wake = (): void => waking.abort('woken');
      this.wake = wake;
      stop.addEventListener('abort', wake);
      await this.clock.sleep(ms, waking.signal);
      stop.removeEventListener('abort', wake);
      this.wake = null;
    }
    this.raised = false;
  }
}
