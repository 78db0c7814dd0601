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
  /** Who made the last change of it, for the audit. */
  readonly changed_by?: string;
}

/** One that was taken away. It stays in the file for the audit, until there is one of its name again. */
export interface RemovedTenant {
  readonly name: string;
  readonly removed_by: string;
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

  constructor(
    readonly entries: readonly Tenant[],
    readonly removed: readonly RemovedTenant[] = [],
  ) {
    this.byName = new Map(entries.map((one) => [one.name, one]));
  }

  of(name: string): Tenant | null {
    return this.byName.get(name) ?? null;
  }

  /** Null: it was not, or by hand. */
  removedBy(name: string): string | null {
    return this.removed.find((one) => one.name === name)?.removed_by ?? null;
  }

  /** The name of the tenant in whose namespace the topic is. */
  ownerOf(topic: string): string {
    const owner = this.entries.find(({ topics }) => topics.some((one) => fits(one, topic)));
    return owner?.name ?? NO_TENANT;
  }
}

export const NO_TENANTS = new Tenants([]);

/** With this one, in place of that of its name if there is one. */
export function withTenant({ entries, removed }: Tenants, tenant: Tenant): Tenants {
  const isOther = ({ name }: { readonly name: string }): boolean => name !== tenant.name;
  return new Tenants([...entries.filter(isOther), tenant], removed.filter(isOther));
}

export function withoutTenant({ entries, removed }: Tenants, name: string, by: string): Tenants {
  const isOther = (one: { readonly name: string }): boolean => one.name !== name;
  const others = removed.filter(isOther);
  return new Tenants(entries.filter(isOther), [...others, { name, removed_by: by }]);
}

export function wordsOfTenant(tenant: Tenant): string {
  const { name, topics, records_per_second, bytes_per_second, queued_rows } = tenant;
  const limits = [
    records_per_second === undefined ? null : `${records_per_second} records a second`,
    bytes_per_second === undefined ? null : `${bytes_per_second} bytes a second`,
    queued_rows === undefined ? null : `${queued_rows} records waiting`,
  ].filter((limit) => limit !== null);
  return `${name}: ${topics.join(', ')}; ${limits.join(', ') || 'no limits'}`;
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
