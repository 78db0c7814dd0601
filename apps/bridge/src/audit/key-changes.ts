import { createHash } from 'node:crypto';
import type { AuditEntry, NotedChanges } from '@bridge/outbox';
import type { Identity } from '../access/index.js';

/** What was noted of each key, by its id: its digest, and `-` behind it when it is revoked. */
type Noted = Readonly<Record<string, string>>;

const REVOKED = '-';
/** A file that was made or changed by hand does not say by whom. */
const UNKNOWN = 'unknown';

/** What has changed in the file of the keys since it was last noted. Pure. */
export function keyChanges(text: string | null, entries: readonly Identity[]): NotedChanges {
  const before = notedIn(text);
  const now = Object.fromEntries(entries.map((one) => [one.id, digestOf(one)] as const));
  const changed = entries.flatMap((one) => entryOf(one, before[one.id]));
  const removed = Object.keys(before)
    .filter((id) => now[id] === undefined)
    .map((id) => row('key_remove', UNKNOWN, id));
  return {
    entries: [...changed, ...removed],
    noted: text === null && entries.length === 0 ? null : JSON.stringify(now),
  };
}

function notedIn(text: string | null): Noted {
  return text === null ? {} : (JSON.parse(text) as Noted);
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

function row(action: string, actor: string, detail: string): AuditEntry {
  return { actor, action, messageId: '', topic: '', detail };
}

function digestOf(one: Identity): string {
  const { name, hash, roles, topics, tenant, expires_at, revoked_at } = one;
  const facts = JSON.stringify([name, hash, roles, topics, expires_at, revoked_at, tenant]);
  const digest = createHash('sha256').update(facts).digest('hex').slice(0, 32);
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
