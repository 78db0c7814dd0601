import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MetricsSource, type MetricsSnapshot } from '@bridge/metrics';
import { OutboxStore, type PipelineState } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { Readiness } from '../health/index.js';
import { BridgeHttpAdapter } from '../http/index.js';
import { RelayStatus } from '../relay/index.js';
import { certificateEnds, type CertificateTexts } from './certificate-ends.js';
import { ClockWatch } from './clock-watch.js';
import { limitsInUse } from './limits-in-use.js';

@Injectable()
export class BridgeMetricsSource extends MetricsSource {
  private readonly clock = new ClockWatch();

  constructor(
    private readonly store: OutboxStore,
    private readonly relay: RelayStatus,
    private readonly readiness: Readiness,
    private readonly configuration: Configuration,
    private readonly host: HttpAdapterHost,
  ) {
    super();
  }

  async read(): Promise<MetricsSnapshot> {
    const [oldestOpenAt, storage, ledgers] = await Promise.all([
      this.store.oldestOpenAt(),
      this.store.storageHealth(),
      this.store.pipelines(),
    ]);
    const stats = this.store.stats();
    const { totals, rows, openBytes } = stats;
    const { pipelines, quarantined, blockedKeys, sweepFailures, lanes, instances } =
      this.relay.snapshot();
    const { limits } = this.configuration.bridge;
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
      pipelines,
      openBatches: ledgers.filter(({ openBatch }) => openBatch !== null).length,
      ledgerAgeSeconds: Math.max(0, ...ledgers.filter(isInUse).map(ledgerAge)),
      quarantined: quarantined.length,
      blockedKeys,
      sweepFailures,
      walBytes: storage.walBytes,
      lanes,
      instances,
      bloat: storage.bloat,
      disk: storage.disk,
      limits: limitsInUse(limits, stats, storage.disk, this.adapter?.bodies ?? null),
      certificates: certificateEnds(this.certificates()),
      clockSeconds: this.clock.seconds,
      clockStepSeconds: this.clock.stepSeconds,
    };
  }

  private get adapter(): BridgeHttpAdapter | null {
    const { httpAdapter } = this.host;
    return httpAdapter instanceof BridgeHttpAdapter ? httpAdapter : null;
  }

  /** The bridge's own as new connections are given it, those for Kafka as they were read at the start. */
  private certificates(): CertificateTexts {
    const own = this.adapter?.certificate?.material ?? null;
    const { ssl } = this.configuration.bridge.kafka;
    return {
      server: own?.cert ?? null,
      client_ca: own?.clientCa ?? null,
      kafka_client: ssl?.cert ?? null,
      kafka_ca: ssl?.ca ?? null,
    };
  }
}

/** A pipeline that has never committed has nothing in the ledger that Kafka could forget. */
function isInUse({ committedNumber }: PipelineState): boolean {
  return committedNumber > 0;
}

function ledgerAge({ ledgerAt }: PipelineState): number {
  return secondsSince(ledgerAt);
}

/** @param at epoch milliseconds; null: 0 seconds. */
function secondsSince(at: number | null): number {
  return at === null ? 0 : Math.max(0, Date.now() - at) / 1_000;
}
