/** Wakes one loop. A call that comes while nobody waits is kept, so no wake-up is lost. */
export class Signal {
  private raised = false;
  private wake: (() => void) | null = null;

  notify(): void {
    this.raised = true;
    this.wake?.();
  }

  /** Resolves at the next (or kept) notification, after `ms`, or when the signal is aborted. Never rejects. */
  wait(ms: number, stop: AbortSignal): Promise<void> {
    if (this.raised || stop.aborted) {
      this.raised = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', done);
        this.raised = false;
        this.wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      stop.addEventListener('abort', done);
      this.wake = done;
    });
  }
}
