import { Injectable, Logger } from '@nestjs/common';
import { NO_TENANT, OutboxStore, type NewRecord } from '@bridge/outbox';
import type { Tenant, Tenants } from '../access/index.js';
import { ProblemError } from '../problem/index.js';
import { Allowance } from './allowance.js';

/** What a request asks of a tenant's quotas. */
interface Demand {
  readonly tenant: Tenant;
  records: number;
  bytes: number;
}

/** How much a tenant has waiting: what was counted, and what was taken in since. */
interface Waiting {
  counted: number;
  taken: number;
  /** Epoch milliseconds; null before the first time. */
  countedAt: number | null;
  counting: boolean;
}

const COUNT_AGAIN_MS = 1_000;
/** What is refused looks again sooner: the relay may have made room. */
const LOOK_AGAIN_MS = 100;
/** Counted anew when so much of the quota was taken in since. */
const COUNT_AT_SHARE = 1 / 4;

/**
 * What each tenant may still post, on this instance. The decision takes no time, since records that come one after the
 * other on a stream keep their order: what waits is counted beside it, and is never taken for less than it is.
 */
@Injectable()
export class Quotas {
  private readonly logger = new Logger('Quotas');
  private readonly rates = new Map<string, Allowance>();
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly store: OutboxStore) {}

  /**
   * The refusal `quota_exceeded` of these records, or null: then they count.
   * @param waits whether they will wait for Kafka; false: they are sent at once or not at all.
   */
  refusal(records: readonly NewRecord[], tenants: Tenants, waits = true): ProblemError | null {
    const demands = demandsOf(records, tenants);
    const now = Date.now();
    for (const { tenant } of demands) {
      const refused = this.overRate(tenant, now) ?? (waits ? this.overRows(tenant, now) : null);
      if (refused !== null) return refused;
    }
    for (const demand of demands) this.use(demand, now, waits);
    return null;
  }

  private overRate(tenant: Tenant, now: number): ProblemError | null {
    for (const limit of ['records_per_second', 'bytes_per_second'] as const) {
      const waitMs = this.rateOf(tenant, limit, now)?.waitMs(now) ?? 0;
      if (waitMs > 0) return exceeded(limit, Math.ceil(waitMs / 1000));
    }
    return null;
  }

  private overRows(tenant: Tenant, now: number): ProblemError | null {
    const { queued_rows: limit } = tenant;
    if (limit === undefined) return null;
    const waiting = this.waitingOf(tenant);
    const isFull = waiting.counted + waiting.taken >= limit;
    const age = now - (waiting.countedAt ?? Number.NEGATIVE_INFINITY);
    const isOld = age >= (isFull ? LOOK_AGAIN_MS : COUNT_AGAIN_MS);
    if (isOld || waiting.taken >= limit * COUNT_AT_SHARE) void this.count(tenant.name, limit);
    return isFull ? exceeded('queued_rows', 1) : null;
  }

  private use({ tenant, records, bytes }: Demand, now: number, waits: boolean): void {
    this.rateOf(tenant, 'records_per_second', now)?.use(records);
    this.rateOf(tenant, 'bytes_per_second', now)?.use(bytes);
    if (waits && tenant.queued_rows !== undefined) this.waitingOf(tenant).taken += records;
  }

  private rateOf(
    tenant: Tenant,
    limit: 'records_per_second' | 'bytes_per_second',
    now: number,
  ): Allowance | null {
    const perSecond = tenant[limit];
    if (perSecond === undefined) return null;
    const name = `${limit} ${tenant.name}`;
    const known = this.rates.get(name);
    known?.setRate(perSecond, now);
    const allowance = known ?? new Allowance(perSecond, now);
    this.rates.set(name, allowance);
    return allowance;
  }

  private waitingOf({ name }: Tenant): Waiting {
    const known = this.waiting.get(name);
    const waiting = known ?? { counted: 0, taken: 0, countedAt: null, counting: false };
    this.waiting.set(name, waiting);
    return waiting;
  }

  private async count(name: string, limit: number): Promise<void> {
    const waiting = this.waiting.get(name);
    if (waiting === undefined || waiting.counting) return;
    waiting.counting = true;
    // What is taken in while it is counted may be counted or not, so it goes on counting as taken.
    const before = waiting.taken;
    try {
      waiting.counted = await this.store.pendingOfTenant(name, limit);
      waiting.taken -= before;
      waiting.countedAt = Date.now();
    } catch (error) {
      this.logger.debug(`What ${name} has waiting cannot be counted: ${String(error)}`);
    } finally {
      waiting.counting = false;
    }
  }
}

function demandsOf(records: readonly NewRecord[], tenants: Tenants): readonly Demand[] {
  const demands = new Map<string, Demand>();
  for (const { tenant: name, key, value } of records) {
    const tenant = name === NO_TENANT ? null : tenants.of(name);
    if (tenant === null) continue;
    const demand = demands.get(name) ?? { tenant, records: 0, bytes: 0 };
    demand.records += 1;
    demand.bytes += (key?.length ?? 0) + (value?.length ?? 0);
    demands.set(name, demand);
  }
  return [...demands.values()];
}

const WORDS = {
  records_per_second: 'records a second',
  bytes_per_second: 'bytes a second',
  queued_rows: 'records that wait for Kafka',
} as const;

function exceeded(limit: keyof typeof WORDS, retryAfter: number): ProblemError {
  return new ProblemError('quota_exceeded', `Your quota of ${WORDS[limit]} is used up`, {
    retryAfter,
  });
}
