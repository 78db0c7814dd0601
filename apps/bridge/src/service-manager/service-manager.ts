import { execFile } from 'node:child_process';
import type { ConsoleLogger } from '@nestjs/common';
import type { Supervision } from '../config/supervision.js';

/** Signs of life in the time of the watchdog: one that fails, and one that is late, are not the end. */
const SIGNS_PER_WATCHDOG = 3;
/** Of `systemd-notify`, which itself waits 5 s for systemd. */
const WITHIN_MS = 10_000;

/**
 * Tells systemd what the bridge does. Node has no datagram sockets but UDP's, so systemd's own `systemd-notify` says it: 15 ms
 * of CPU each time, 6 of them here (measured with 200 MB of memory), which with a watchdog of 60 s is 0.08 % of a core. The
 * signs of life come from a timer of the event loop, and end when it does not turn.
 */
export class ServiceManager {
  private hasFailed = false;

  constructor(
    private readonly supervision: Supervision,
    private readonly logger: ConsoleLogger,
  ) {}

  /** The port is open. From now on the watchdog counts. */
  ready(): void {
    this.say('READY=1');
    const { watchdogMs } = this.supervision;
    if (watchdogMs === null) return;
    // Until the very end: a stop that hangs is for the watchdog as well.
    setInterval(() => this.say('WATCHDOG=1'), watchdogMs / SIGNS_PER_WATCHDOG).unref();
  }

  stopping(): void {
    this.say('STOPPING=1');
  }

  private say(word: string): void {
    if (!this.supervision.notified) return;
    execFile('systemd-notify', [word], { timeout: WITHIN_MS }, (error) => {
      if (error === null) this.hasFailed = false;
      else this.failed(word, error);
    });
  }

  private failed(word: string, error: Error): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    const words = `systemd could not be told ${word}: ${error.message}`;
    this.logger.warn(words, { code: 'service_manager_not_told' });
  }
}
