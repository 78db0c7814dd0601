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
  /** Topics by name, or by their beginning where a `*` stands at the end. Nothing else is a pattern. */
  readonly topics: readonly string[];
}

/** Everybody, while no credentials are configured. */
export const ANONYMOUS: Caller = { name: 'anonymous', roles: new Set(ROLES), topics: ['*'] };

export function mayUse({ topics }: Pick<Caller, 'topics'>, topic: string): boolean {
  return topics.some((pattern) =>
    pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern,
  );
}
