import { Injectable } from '@nestjs/common';
import { MetricsSource, type MetricsSnapshot } from '@bridge/metrics';
import { OutboxStore } from '@bridge/outbox';
import { Readiness } from '../health/index.js';
import { RelayStatus } from '../relay/index.js';

@Injectable()
export class BridgeMetricsSource extends MetricsSource {
  constructor(
    private readonly store: OutboxStore,
    private readonly relay: RelayStatus,
    private readonly readiness: Readiness,
  ) {
    super();
  }

  async read(): Promise<MetricsSnapshot> {
    const [oldestOpenAt, storage] = await Promise.all([
      this.store.oldestOpenAt(),
      this.store.storageHealth(),
    ]);
    const { totals, rows, openBytes } = this.store.stats();
    const { pipelines, quarantined, blockedKeys, sweepFailures, lanes, instances } =
      this.relay.snapshot();
    const now = Date.now();
    const secondsSince = (at: number | null): number =>
      at === null ? 0 : Math.max(0, now - at) / 1_000;
    return {
      totals,
      rows,
      openBytes,
      oldestOpenSeconds: secondsSince(oldestOpenAt),
      accepting: this.readiness.notAccepting() === null,
      ready: this.readiness.refusal() === null,
      connected: this.relay.connected(),
      pipelinesStopped: pipelines.filter(({ state }) => state === 'stopped').length,
      pipelineWaitSeconds: Math.max(
        0,
        ...pipelines.map(({ waitingSince }) => secondsSince(waitingSince)),
      ),
      quarantined: quarantined.length,
      blockedKeys,
      sweepFailures,
      walBytes: storage.walBytes,
      lanes,
      instances,
      bloat: storage.bloat,
      diskFreeBytes: storage.disk?.freeBytes ?? null,
    };
  }
}
