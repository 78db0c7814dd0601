import { Controller, Get, Headers, Res } from '@nestjs/common';
import type { ClusterView } from '@bridge/kafka';
import { RouteConfig } from '@nestjs/platform-fastify';
import { BridgeMetrics } from '@bridge/metrics';
import { OutboxStore } from '@bridge/outbox';
import type { FastifyReply } from 'fastify';
import { totalsOf, type Totals } from '../health/index.js';
import { RelayStatus } from '../relay/index.js';
import { ClusterCache } from './cluster-cache.js';

/** What the users' scripts read. */
interface MetricsBody {
  readonly middleware: {
    /** Seconds. */
    readonly uptime: number;
    readonly memory: NodeJS.MemoryUsage;
    readonly connected: boolean;
  };
  readonly metrics: Totals;
  readonly outbox: {
    readonly total: number;
    readonly pending: number;
    readonly sent: number;
    readonly failed: number;
    readonly dlq: number;
  };
  readonly kafka: {
    readonly clusterId: string | null;
    readonly brokers: ClusterView['brokers'];
    readonly controller: number | null;
  };
}

@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: BridgeMetrics,
    private readonly store: OutboxStore,
    private readonly relay: RelayStatus,
    private readonly cluster: ClusterCache,
  ) {}

  /** JSON, or Prometheus' text where `Accept` names it as Prometheus does. */
  @Get()
  @RouteConfig({ ofAll: true })
  async read(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MetricsBody | string> {
    reply.header('vary', 'accept');
    if (!/text\/plain|application\/openmetrics-text/.test(accept ?? '')) return this.json();
    const text = await this.metrics.text();
    reply.type(this.metrics.contentType);
    return text;
  }

  private async json(): Promise<MetricsBody> {
    const view = await this.cluster.view();
    const stats = this.store.stats();
    const { pending, sent, failed, dlq } = stats.rows;
    return {
      middleware: {
        uptime: process.uptime(),
        memory: process.memoryUsage(),
        connected: this.relay.connected(),
      },
      metrics: totalsOf(stats),
      outbox: { total: pending + sent + failed + dlq, pending, sent, failed, dlq },
      kafka: {
        clusterId: view?.clusterId ?? null,
        brokers: view?.brokers ?? [],
        controller: view?.controller ?? null,
      },
    };
  }
}
