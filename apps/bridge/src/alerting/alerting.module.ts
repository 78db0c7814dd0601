import {
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { OutboxStore } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { minFreeBytes } from '../ingestion/index.js';
import { RelayModule, RelayStatus } from '../relay/index.js';
import { StorageWiring } from '../storage.module.js';
import { Alerter } from './alerter.js';
import type { AlertFacts } from './alerts.js';
import { Webhook } from './webhook.js';

const LOOK_EVERY_MS = 15_000;

/** Looks every 15 s whether people must be told of something. Does nothing where nobody is named. */
@Injectable()
export class AlertWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private readonly alerter: Alerter | null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly store: OutboxStore,
    private readonly relay: RelayStatus,
    private readonly configuration: Configuration,
  ) {
    const { webhook } = configuration.bridge.alerts;
    this.alerter = webhook === null ? null : new Alerter(new Webhook(webhook), this.stop.signal);
  }

  onApplicationBootstrap(): void {
    if (this.alerter !== null) this.plan();
  }

  onModuleDestroy(): void {
    this.stop.abort();
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Never rejects: a database that does not answer has no facts, and is told by others. */
  async look(): Promise<void> {
    try {
      const { facts, totalBytes } = await this.facts();
      const { alerts, limits } = this.configuration.bridge;
      const least = minFreeBytes(totalBytes, limits.minFreeDisk);
      const bounds = { backlogAgeMs: alerts.backlogAgeMs, minFreeBytes: least };
      await this.alerter?.look(facts, bounds, Date.now());
    } catch {
      // The next look has them.
    }
  }

  private async facts(): Promise<{ readonly facts: AlertFacts; readonly totalBytes: number }> {
    const [oldestOpenAt, { disk }] = await Promise.all([
      this.store.oldestOpenAt(),
      this.store.storageHealth(),
    ]);
    const { rows } = this.store.stats();
    const { pipelines } = this.relay.snapshot();
    const facts = {
      deadLetters: rows.dlq,
      stoppedBy: pipelines.find(({ stoppedBy }) => stoppedBy !== null)?.stoppedBy ?? null,
      oldestMs: oldestOpenAt === null ? 0 : Date.now() - oldestOpenAt,
      waiting: rows.pending + rows.failed,
      waitsFor: pipelines.find(({ state }) => state === 'waiting')?.lastErrorCode ?? null,
      freeBytes: disk?.freeBytes ?? null,
    };
    return { facts, totalBytes: disk?.totalBytes ?? 0 };
  }

  private plan(): void {
    if (this.stop.signal.aborted) return;
    this.timer = setTimeout(() => void this.look().then(() => this.plan()), LOOK_EVERY_MS);
    this.timer.unref();
  }
}

/** Tells people, where there is no Prometheus that does. */
@Module({ imports: [RelayModule, StorageWiring], providers: [AlertWatch] })
export class AlertingModule {}
