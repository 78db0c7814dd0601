import { hostname } from 'node:os';
import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { WebhookError, type Messenger } from '../alerting/index.js';
import { Digest, type Letter } from './digest.js';

export interface LetterTimes {
  /** Milliseconds that the first letter waits for others. */
  readonly gatherMs: number;
  /** Between two messages, also where the first could not be told. */
  readonly everyMs: number;
}

export const LETTER_TIMES: LetterTimes = { gatherMs: 2_000, everyMs: 60_000 };

/** Writes down how far people have been told; what it does not hold is read again. */
export type Commit = (
  positions: readonly { readonly partition: number; readonly offset: string }[],
) => Promise<void>;

/** Gathers letters and tells people of them, at most once a minute. A letter is done with when they were told of it, and not before. */
export class LetterBox implements OnModuleDestroy {
  private readonly logger = new Logger('DeadLetters');
  private readonly stop = new AbortController();
  private digest = new Digest();
  private timer: NodeJS.Timeout | null = null;
  private isTelling = false;
  /** From `performance.now()`. */
  private triedAt = Number.NEGATIVE_INFINITY;
  private failures = 0;

  constructor(
    private readonly messenger: Messenger,
    private readonly times: LetterTimes,
  ) {}

  put(letter: Letter, commit: Commit): void {
    this.digest.add(letter);
    if (!this.isTelling) this.plan(commit);
  }

  onModuleDestroy(): void {
    this.stop.abort();
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private plan(commit: Commit): void {
    if (this.timer !== null || this.digest.isEmpty || this.stop.signal.aborted) return;
    const { gatherMs, everyMs } = this.times;
    const waitMs = Math.max(gatherMs, this.triedAt + everyMs - performance.now());
    this.timer = setTimeout(() => void this.tell(commit), waitMs);
  }

  /** Never rejects. */
  private async tell(commit: Commit): Promise<void> {
    this.timer = null;
    this.isTelling = true;
    this.triedAt = performance.now();
    const telling = this.digest;
    this.digest = new Digest();
    const text = telling.text();
    try {
      await this.messenger.post(`Ponte on ${hostname()}: ${text}.`, this.stop.signal);
      this.logger.log('People were told', { text });
      this.failures = 0;
      await this.done(telling, commit);
    } catch (error) {
      telling.absorb(this.digest);
      this.digest = telling;
      const cause = error instanceof WebhookError ? error.message : String(error);
      if (this.failures++ === 0) this.logger.error(`ALERT_WEBHOOK_URL: ${cause}`);
    }
    this.isTelling = false;
    this.plan(commit);
  }

  private async done(told: Digest, commit: Commit): Promise<void> {
    try {
      await commit(told.positions());
    } catch (error) {
      this.logger.warn(`People may be told again: ${(error as Error).message}`);
    }
  }
}
