import { Injectable } from '@nestjs/common';

/** Time and chance, as the relay sees them: given from outside, so that a simulation can replay them. */
export abstract class Clock {
  /** Epoch milliseconds. */
  abstract now(): number;
  /** Resolves after `ms`, or at once when the signal is or becomes aborted. Never rejects. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  abstract random(): number;
}

@Injectable()
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    });
  }

  random(): number {
    return Math.random();
  }
}
