import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { OutboxError, OutboxStore, type PurgeAges } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { Clock } from './clock.js';
import { codeOf } from './failure-fields.js';
import { RelayControl } from './relay-status.js';

/** Rows a slice at most: each slice is a short transaction of its own, so that no POST waits long behind it. */
const SLICE_ROWS = 1_000;
/** Rows and slices a minute at most: well above what a day's peak hour adds in a minute, small records or large ones. */
const ROWS = 100_000;
const SLICES = 1_000;

/** The cron's work: wakes due retries and unpublished dead letters, keeps the database small and its log short. */
@Injectable()
export class Sweeper {
  private readonly logger = new Logger(Sweeper.name);
  /** What failed last, and of what. */
  private readonly failures = new Map<string, string>();

  constructor(
    private readonly store: OutboxStore,
    private readonly relay: RelayControl,
    private readonly clock: Clock,
    private readonly configuration: Configuration,
  ) {}

  @Cron('* * * * * *', { waitForCompletion: true })
  async everySecond(): Promise<void> {
    this.relay.wake();
    await this.guard('ballast', () => this.store.tendBallast());
    await this.guard('counters', () => this.store.refreshStats());
  }

  @Cron('*/2 * * * * *', { waitForCompletion: true })
  async checkpoint(): Promise<void> {
    await this.guard('checkpoint', () => this.store.checkpoint());
  }

  @Cron('0 * * * * *', { waitForCompletion: true })
  async purge(): Promise<void> {
    const { sentMs, idsMs, deadLettersMs, byTopic } = this.configuration.bridge.retention;
    const now = this.clock.now();
    const ages = {
      sentBefore: now - sentMs,
      idsBefore: now - idsMs,
      deadLettersBefore: now - deadLettersMs,
      byTopic: byTopic.map((one) => ({
        topic: one.topic,
        sentBefore: now - one.sentMs,
        deadLettersBefore: now - (one.deadLettersMs ?? deadLettersMs),
      })),
    };
    await this.guard('purge', async () => {
      for (let slice = 0, rows = 0; slice < SLICES && rows < ROWS; slice++) {
        const removed = await this.purgeSlice(ages);
        if (removed === 0) return;
        rows += removed;
        // The log of one slice makes room for that of the next.
        await this.store.checkpoint();
      }
    });
  }

  /** On a full disk the first try makes the outbox give its ballast back; the second has that room. */
  private async purgeSlice(ages: PurgeAges): Promise<number> {
    try {
      return await this.store.purge(ages, SLICE_ROWS);
    } catch (error) {
      if (!(error instanceof OutboxError) || error.code !== 'storage_full') throw error;
      await this.store.checkpoint();
      return this.store.purge(ages, SLICE_ROWS);
    }
  }

  /** A sweep that fails is counted for the metrics and told once, not every second. */
  private async guard(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failures.delete(what);
    } catch (error) {
      this.relay.sweepFailed();
      const cause = String(error);
      if (this.failures.get(what) !== cause) {
        this.logger.error(`the sweep failed: ${what}: ${cause}`, { code: codeOf(error) });
      }
      this.failures.set(what, cause);
    }
  }
}
