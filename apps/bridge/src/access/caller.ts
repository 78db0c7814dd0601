import { NO_TENANTS, type Tenants } from './tenants.js';
import { commonOf, fits } from './topic-patterns.js';

/**
 * What a caller may do; `reveal`: see what is personal in a record, beside `read`. A route that changes something and names no other role needs `admin`.
 */
export const ROLES = ['produce', 'read', 'replay', 'reveal', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, with his rights. His own rights decide, not those that the bridge has in Kafka. */
export interface Caller {
  /** For the audit and the log. */
  readonly name: string;
  readonly roles: ReadonlySet<Role>;
  /** Patterns of topics; of a tenant's key within its namespace. */
  readonly topics: readonly string[];
  /** Null: of no tenant, as the keys of whoever runs the bridge are. */
  readonly tenant: string | null;
  /** Whose topics are whose; of a tenant's key as of all others. */
  readonly tenants: Tenants;
}

/** Everybody, while no credentials are configured. */
export const ANONYMOUS: Caller = {
  name: 'anonymous',
  roles: new Set(ROLES),
  topics: ['*'],
  tenant: null,
  tenants: NO_TENANTS,
};

/** Within his tenant, as it is now; null: there is no such tenant. */
export function placed(caller: Omit<Caller, 'tenants'>, tenants: Tenants): Caller | null {
  if (caller.tenant === null) return { ...caller, tenants };
  const tenant = tenants.of(caller.tenant);
  if (tenant === null) return null;
  return { ...caller, topics: commonOf(caller.topics, tenant.topics), tenants };
}

export function mayUse({ topics }: Pick<Caller, 'topics'>, topic: string): boolean {
  return topics.some((pattern) => fits(pattern, topic));
}
