import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Meters } from '@bridge/metrics';
import type { FastifyInstance } from 'fastify';
import { Configuration } from '../config/bridge.config.js';
import { MetersModule } from '../meters.module.js';
import { isTraceParent } from './trace-parent.js';
import { NO_TRACING, Tracing, type AcceptSpan } from './tracing.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a POST of records that is traced. */
    acceptSpan?: AcceptSpan | null;
  }
}

/** Traces, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector. Where it does not, nothing of them is loaded or called. */
@Module({
  imports: [MetersModule],
  providers: [
    {
      provide: Tracing,
      inject: [Configuration, Meters],
      useFactory: async ({ bridge }: Configuration, meters: Meters): Promise<Tracing> => {
        if (bridge.tracing === null) return NO_TRACING;
        const [{ OtlpTracing }, { SpanExporter }] = await Promise.all([
          import('./otlp-tracing.js'),
          import('./span-exporter.js'),
        ]);
        return new OtlpTracing(bridge.tracing.ratio, new SpanExporter(bridge.tracing, meters));
      },
    },
  ],
  exports: [Tracing],
})
export class TracingModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly tracing: Tracing,
    private readonly host: HttpAdapterHost,
  ) {}

  /** After it is known who asks: whoever may not post makes no spans. */
  onModuleInit(): void {
    if (this.tracing === NO_TRACING) return;
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preHandler', (request, reply, done) => {
      const { config, url = '' } = request.routeOptions;
      if (config.needs === 'produce') {
        const beganAt = performance.now() - reply.elapsedTime;
        const given = request.headers['traceparent'];
        const incoming = typeof given === 'string' && isTraceParent(given) ? given : null;
        request.acceptSpan = this.tracing.accept(incoming, url, beganAt);
      }
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      request.acceptSpan?.answered(reply.statusCode);
      done();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tracing.close();
  }
}
