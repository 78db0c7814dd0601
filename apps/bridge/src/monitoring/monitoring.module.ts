import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BridgeMetrics, Meters, MetricsSource } from '@bridge/metrics';
import type { FastifyInstance } from 'fastify';
import { HealthModule } from '../health/index.js';
import { KafkaWiring } from '../kafka.module.js';
import { MetersModule } from '../meters.module.js';
import { RelayModule } from '../relay/index.js';
import { StorageWiring } from '../storage.module.js';
import { BridgeMetricsSource } from './bridge-metrics.source.js';
import { ClusterCache } from './cluster-cache.js';
import { MetricsController } from './metrics.controller.js';

@Module({
  imports: [HealthModule, RelayModule, StorageWiring, KafkaWiring, MetersModule],
  controllers: [MetricsController],
  providers: [
    ClusterCache,
    { provide: MetricsSource, useClass: BridgeMetricsSource },
    {
      provide: BridgeMetrics,
      inject: [MetricsSource, Meters],
      useFactory: (source: MetricsSource, meters: Meters) => new BridgeMetrics(source, meters),
    },
  ],
})
export class MonitoringModule implements OnModuleInit {
  constructor(
    private readonly meters: Meters,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Every answered request is measured; its route's pattern keeps the number of series small. */
  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      this.meters.observeRequest(
        request.method,
        route,
        reply.statusCode,
        reply.elapsedTime / 1_000,
      );
      done();
    });
  }
}
