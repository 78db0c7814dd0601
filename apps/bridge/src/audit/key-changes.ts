import type { AuditEntry, NotedChanges } from '@bridge/outbox';
import type { Identity } from '../access/index.js';
import { digestOf as digestOfFacts, notedIn, row, textOf, UNKNOWN } from './noted.js';

/** Behind the digest of a key that is revoked. */
const REVOKED = '-';

/** What has changed in the file of the keys since it was last noted. Pure. */
export function keyChanges(text: string | null, entries: readonly Identity[]): NotedChanges {
  const before = notedIn(text);
  const now = new Map(entries.map((one) => [one.id, digestOf(one)]));
  const changed = entries.flatMap((one) => entryOf(one, before.get(one.id)));
  const removed = [...before.keys()]
    .filter((id) => !now.has(id))
    .map((id) => row('key_remove', UNKNOWN, id));
  return {
    entries: [...changed, ...removed],
    noted: text === null && entries.length === 0 ? null : textOf(now),
  };
}

function entryOf(one: Identity, before: string | undefined): readonly AuditEntry[] {
  const digest = digestOf(one);
  if (digest === before) return [];
  const by = one.changed_by ?? UNKNOWN;
  const isRevoked = one.revoked_at !== null && before?.endsWith(REVOKED) !== true;
  return [
    ...(before === undefined ? [row('key_create', one.created_by, wordsOf(one))] : []),
    ...(isRevoked ? [row('key_revoke', by, wordsOf(one))] : []),
    ...(before !== undefined && !isRevoked ? [row('key_change', by, wordsOf(one))] : []),
  ];
}

function digestOf(one: Identity): string {
  const { name, hash, roles, topics, tenant, expires_at, revoked_at } = one;
  const digest = digestOfFacts([name, hash, roles, topics, expires_at, revoked_at, tenant]);
  return revoked_at === null ? digest : digest + REVOKED;
}

function wordsOf({
  id,
  name,
  roles,
  topics,
  tenant,
  created_at,
  expires_at,
  revoked_at,
}: Identity): string {
  const until = expires_at === null ? '' : `, until ${expires_at}`;
  const revoked = revoked_at === null ? '' : `, revoked ${revoked_at}`;
  const whose = tenant === undefined ? '' : ` of ${tenant}`;
  return `${id} ${name}${whose}: ${roles.join(', ')} on ${topics.join(', ')}; made ${created_at}${until}${revoked}`;
}
