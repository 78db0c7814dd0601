import { NO_TENANT } from '@bridge/outbox';
import { common, fits } from './topic-patterns.js';

/** Who shares the bridge with others: a company, or a branch of one. Absent limits are none. */
export interface Tenant {
  readonly name: string;
  /** Its namespace, which no other tenant's overlaps. */
  readonly topics: readonly string[];
  readonly records_per_second?: number;
  readonly bytes_per_second?: number;
  /** Records that may wait for Kafka. */
  readonly queued_rows?: number;
}

export const LIMITS = ['records_per_second', 'bytes_per_second', 'queued_rows'] as const;

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** Each has its place in the relay's memory. */
const MAX_TENANTS = 200;

export function isTenantName(text: string): boolean {
  return NAME.test(text);
}

/** All tenants. Immutable. */
export class Tenants {
  private readonly byName: ReadonlyMap<string, Tenant>;

  constructor(readonly entries: readonly Tenant[]) {
    this.byName = new Map(entries.map((one) => [one.name, one]));
  }

  of(name: string): Tenant | null {
    return this.byName.get(name) ?? null;
  }

  /** The name of the tenant in whose namespace the topic is. */
  ownerOf(topic: string): string {
    const owner = this.entries.find(({ topics }) => topics.some((one) => fits(one, topic)));
    return owner?.name ?? NO_TENANT;
  }
}

export const NO_TENANTS = new Tenants([]);

/** With this one, in place of that of its name if there is one. */
export function withTenant(tenants: Tenants, tenant: Tenant): Tenants {
  return new Tenants([...tenants.entries.filter(({ name }) => name !== tenant.name), tenant]);
}

export function withoutTenant(tenants: Tenants, name: string): Tenants {
  return new Tenants(tenants.entries.filter((one) => one.name !== name));
}

/** What is wrong with a list of tenants, each of which is well formed; null: nothing. */
export function faultOfTenants(tenants: readonly Tenant[]): string | null {
  if (tenants.length > MAX_TENANTS) return `there are more than ${MAX_TENANTS} tenants`;
  const owned = tenants.flatMap(({ name, topics }) => topics.map((topic) => ({ name, topic })));
  for (const [at, one] of owned.entries()) {
    const other = owned
      .slice(at + 1)
      .find(({ name, topic }) => name !== one.name && common(one.topic, topic) !== null);
    if (other !== undefined) {
      return `${one.topic} of ${one.name} and ${other.topic} of ${other.name} overlap`;
    }
  }
  const names = new Set(tenants.map(({ name }) => name));
  return names.size < tenants.length ? 'a tenant stands twice' : null;
}
