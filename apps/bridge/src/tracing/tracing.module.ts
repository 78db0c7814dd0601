import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Configuration } from '../config/bridge.config.js';
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
  providers: [
    {
      provide: Tracing,
      inject: [Configuration],
      useFactory: async ({ bridge }: Configuration): Promise<Tracing> => {
        if (bridge.tracing === null) return NO_TRACING;
        const { OtlpTracing } = await import('./otlp-tracing.js');
        return new OtlpTracing(bridge.tracing);
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
