import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { OutboxStore } from '@bridge/outbox';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Configuration } from '../config/bridge.config.js';
import { RelayStatus } from '../relay/index.js';
import { healthBody, type HealthBody } from './health-body.js';
import { Indicators } from './indicators.js';
import { Readiness } from './readiness.js';

/** Supervisors and load balancers have no keys; these tell one word. */
const PUBLIC = { needs: 'nothing' } as const;

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: Indicators,
    private readonly readiness: Readiness,
    private readonly store: OutboxStore,
    private readonly relay: RelayStatus,
    private readonly configuration: Configuration,
  ) {}

  /** 200 while the bridge can accept, also when Kafka is down: then `status` says `unhealthy`. */
  @Get()
  @RouteConfig({ ofAll: true })
  async check(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthBody> {
    const result = await this.result();
    const accepts = result.status === 'ok' || result.status === 'degraded';
    reply.code(accepts ? 200 : 503);
    const { bridge } = this.configuration;
    return healthBody({
      result,
      healthy: accepts && this.relay.connected(),
      connected: this.relay.connected(),
      brokers: bridge.kafka.brokers,
      outboxEnabled: bridge.outbox.enabled,
      stats: this.store.stats(),
      now: new Date(),
      uptimeSeconds: process.uptime(),
    });
  }

  /** The process is alive; nothing else is asked, so that no trouble elsewhere restarts it. */
  @Get('live')
  @RouteConfig(PUBLIC)
  live(): { readonly status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('ready')
  @RouteConfig(PUBLIC)
  ready(): { readonly status: 'ready' } {
    const refused = this.readiness.refusal();
    if (refused !== null) throw refused;
    return { status: 'ready' };
  }

  /** Terminus throws what it has found when something is down; here both are answers. */
  private async result(): Promise<HealthCheckResult> {
    try {
      return await this.health.check(this.indicators.all());
    } catch (error) {
      if (error instanceof ServiceUnavailableException) {
        return error.getResponse() as HealthCheckResult;
      }
      throw error;
    }
  }
}
