import { newApiKey } from './api-key.js';
import type { Identity } from './identities.js';
import type { Role } from './caller.js';

/** What somebody asks a key for. */
export interface KeyRequest {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly topics: readonly string[];
  /** Null: of none. */
  readonly tenant?: string | null;
  /** Milliseconds that it is valid; null: until it is revoked. */
  readonly validMs: number | null;
  /** Whoever has this certificate; there is no secret then. */
  readonly certificate?: string | undefined;
}

/** Entries with a change, and the new key's text where there is one: it is nowhere else. */
export interface Changed {
  readonly entries: readonly Identity[];
  readonly id: string;
  readonly text: string | null;
}

export function created(
  entries: readonly Identity[],
  request: KeyRequest,
  by: string,
  now: number,
): Changed {
  const { id, text, hash } = newApiKey();
  const { name, roles, topics, tenant = null, validMs, certificate } = request;
  const entry: Identity = {
    id,
    name,
    ...(certificate === undefined ? { hash } : { hash: null, certificate }),
    roles,
    topics,
    ...(tenant === null ? {} : { tenant }),
    created_at: iso(now),
    created_by: by,
    expires_at: validMs === null ? null : iso(now + validMs),
    revoked_at: null,
  };
  return { entries: [...entries, entry], id, text: certificate === undefined ? text : null };
}

/** Null: there is no such key, or it is revoked already. */
export function revoked(
  entries: readonly Identity[],
  id: string,
  by: string,
  now: number,
): Changed | null {
  const found = entries.find((one) => one.id === id && one.revoked_at === null);
  if (found === undefined) return null;
  return {
    entries: withOne(entries, { ...found, revoked_at: iso(now), changed_by: by }),
    id,
    text: null,
  };
}

/**
 * A new key with the rights of an old one, which stays valid for a while so that nobody is locked out meanwhile. The new
 * one is valid for as long as the old one was when it was made. Null: there is no such key, or it has no secret.
 */
export function rotated(
  entries: readonly Identity[],
  id: string,
  by: string,
  now: number,
  overlapMs: number,
): Changed | null {
  const old = entries.find((one) => one.id === id && one.revoked_at === null);
  if (old === undefined || old.hash === null) return null;
  const { name, roles, topics, tenant = null, created_at, expires_at } = old;
  const validMs = expires_at === null ? null : Date.parse(expires_at) - Date.parse(created_at);
  const until = Math.min(now + overlapMs, expires_at === null ? Infinity : Date.parse(expires_at));
  const rest = withOne(entries, { ...old, expires_at: iso(until), changed_by: by });
  return created(rest, { name, roles, topics, tenant, validMs }, by, now);
}

function withOne(entries: readonly Identity[], changed: Identity): readonly Identity[] {
  return entries.map((one) => (one.id === changed.id ? changed : one));
}

function iso(now: number): string {
  return new Date(now).toISOString();
}
