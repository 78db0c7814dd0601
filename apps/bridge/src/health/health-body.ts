import type { HealthCheckResult } from '@nestjs/terminus';
import type { OutboxStats } from '@bridge/outbox';

export interface HealthFacts {
  readonly result: HealthCheckResult;
  readonly healthy: boolean;
  readonly connected: boolean;
  readonly brokers: readonly string[];
  readonly outboxEnabled: boolean;
  readonly stats: OutboxStats;
  readonly now: Date;
  readonly uptimeSeconds: number;
}

/** Counters under the names that the users' scripts read. */
export interface Totals {
  readonly totalReceived: number;
  readonly totalSent: number;
  readonly totalFailed: number;
  readonly totalRetries: number;
  readonly totalDLQ: number;
}

export interface HealthBody {
  readonly status: 'healthy' | 'unhealthy';
  readonly timestamp: string;
  /** Seconds. */
  readonly uptime: number;
  readonly kafka: {
    readonly connected: boolean;
    readonly brokers: readonly string[];
    readonly acks: 'all';
  };
  readonly outbox: {
    readonly enabled: boolean;
    readonly pending: number;
    readonly failed: number;
    readonly dlq: number;
  };
  readonly metrics: Totals;
  readonly info: HealthCheckResult['info'];
  readonly error: HealthCheckResult['error'];
  readonly details: HealthCheckResult['details'];
}

/** The fields of the users' monitor scripts, with what Terminus found beside them. */
export function healthBody(facts: HealthFacts): HealthBody {
  const { result, stats } = facts;
  const { pending, failed, dlq } = stats.rows;
  return {
    status: facts.healthy ? 'healthy' : 'unhealthy',
    timestamp: facts.now.toISOString(),
    uptime: facts.uptimeSeconds,
    kafka: { connected: facts.connected, brokers: facts.brokers, acks: 'all' },
    outbox: { enabled: facts.outboxEnabled, pending, failed, dlq },
    metrics: totalsOf(stats),
    info: result.info,
    error: result.error,
    details: result.details,
  };
}

export function totalsOf({ totals }: OutboxStats): Totals {
  return {
    totalReceived: totals.received,
    totalSent: totals.sent,
    totalFailed: totals.failed,
    totalRetries: totals.retries,
    totalDLQ: totals.buried,
  };
}
