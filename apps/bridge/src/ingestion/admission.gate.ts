import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { OutboxStore, type StorageHealth } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { Shutdown } from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import {
  admit,
  ALL_OPEN,
  minFreeBytes,
  retryAfterSeconds,
  type AdmissionLimits,
  type Closed,
} from './admission.js';
import { DrainRate } from './drain-rate.js';

const SAMPLE_MS = 1_000;
/** Near the limit a disk can fill up within a second. */
const CLOSE_SAMPLE_MS = 100;
/** A database that takes longer to say how it is counts as one that does not answer. */
const ANSWER_WITHIN_MS = 3_000;
/** A single question may fail for another reason. */
const SILENT_AFTER = 2;

/** Says whether a new record would be accepted now. Costs no query: rows and bytes are in memory, the disk is sampled. */
@Injectable()
export class AdmissionGate implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Admission');
  private readonly limits: AdmissionLimits;
  private readonly drain = new DrainRate();
  private closed: Closed = ALL_OPEN;
  private disk: StorageHealth['disk'] = null;
  private broken = false;
  private unanswered = 0;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly store: OutboxStore,
    private readonly shutdown: Shutdown,
    { bridge }: Configuration,
  ) {
    const { queueMaxRows, queueMaxBytes, minFreeDisk } = bridge.limits;
    this.limits = { rows: queueMaxRows, bytes: queueMaxBytes, freeDisk: minFreeDisk };
  }

  async onModuleInit(): Promise<void> {
    this.store.onFatal(() => {
      this.broken = true;
    });
    await this.sample();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** The refusal of a new record, or null when it would be accepted. */
  refusal(): ProblemError | null {
    if (this.shutdown.begun) {
      return new ProblemError('shutting_down', 'The bridge is shutting down', { retryAfter: 5 });
    }
    if (this.broken) return new ProblemError('storage_unavailable', 'The storage has failed');
    this.look();
    const { rows, bytes, disk } = this.closed;
    if (disk) {
      return new ProblemError('storage_low', 'The disk is nearly full', this.comeAgain());
    }
    if (rows || bytes) {
      return new ProblemError('queue_full', 'Too much waits for Kafka', this.comeAgain());
    }
    return null;
  }

  /** Whether the database does not answer. It may be back at any moment, so whoever posts is not refused for it. */
  get storageSilent(): boolean {
    return this.unanswered >= SILENT_AFTER;
  }

  private look(): void {
    const { rows, openBytes } = this.store.stats();
    const facts = { rows: rows.pending + rows.failed, bytes: openBytes, disk: this.disk };
    const before = this.closed;
    this.closed = admit(before, facts, this.limits);
    for (const limit of ['rows', 'bytes', 'disk'] as const) {
      if (before[limit] === this.closed[limit]) continue;
      const message = this.closed[limit] ? 'New records are refused' : 'New records are accepted';
      this.logger.warn(message, { limit, rows: facts.rows, bytes: facts.bytes });
    }
  }

  private comeAgain(): { readonly retryAfter: number } {
    const { rows } = this.store.stats();
    const excess = rows.pending + rows.failed - this.limits.rows * 0.9;
    return { retryAfter: retryAfterSeconds(excess, this.drain.perSecond, Math.random()) };
  }

  /** Reads the disk and the drain, then plans the next look; ends with the module. */
  private async sample(): Promise<void> {
    const { sent, buried } = this.store.stats().totals;
    this.drain.note(sent + buried, Date.now());
    try {
      this.disk = (await within(ANSWER_WITHIN_MS, this.store.storageHealth())).disk;
      this.unanswered = 0;
    } catch (error) {
      // The last figure stands: a database that fails says so itself, to whoever writes to it.
      if (++this.unanswered === SILENT_AFTER) {
        this.logger.warn('The database does not answer', { cause: String(error) });
      }
    }
    if (this.stopped) return;
    this.timer = setTimeout(
      () => void this.sample(),
      this.nearLimit() ? CLOSE_SAMPLE_MS : SAMPLE_MS,
    );
    this.timer.unref();
  }

  private nearLimit(): boolean {
    if (this.disk === null) return false;
    return this.disk.freeBytes < 2 * minFreeBytes(this.disk.totalBytes, this.limits.freeDisk);
  }
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
