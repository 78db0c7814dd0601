import type { AuditEntry, NotedChanges } from '@bridge/outbox';
import { wordsOfTenant, type Tenant, type Tenants } from '../access/index.js';
import { digestOf, notedIn, row, textOf, UNKNOWN } from './noted.js';

/** What has changed of the tenants, their topics and quotas, since it was last noted. Pure. */
export function tenantChanges(text: string | null, tenants: Tenants): NotedChanges {
  const before = notedIn(text);
  const now = new Map(tenants.entries.map((one) => [one.name, digestOf(factsOf(one))]));
  const changed = tenants.entries
    .filter(({ name }) => now.get(name) !== before.get(name))
    .map((one) => {
      const action = before.has(one.name) ? 'tenant_change' : 'tenant_create';
      return of(one.name, row(action, one.changed_by ?? UNKNOWN, wordsOfTenant(one)));
    });
  const removed = [...before.keys()]
    .filter((name) => !now.has(name))
    .map((name) => of(name, row('tenant_remove', tenants.removedBy(name) ?? UNKNOWN, name)));
  return {
    entries: [...changed, ...removed],
    noted: text === null && tenants.entries.length === 0 ? null : textOf(now),
  };
}

function of(tenant: string, entry: AuditEntry): AuditEntry {
  return { ...entry, tenant };
}

function factsOf({ topics, records_per_second, bytes_per_second, queued_rows }: Tenant): unknown {
  return [topics, records_per_second, bytes_per_second, queued_rows];
}
