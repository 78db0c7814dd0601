import { setTimeout as pause } from 'node:timers/promises';
import type { SqlRunner } from '../engine.js';
import { LEASE_MS } from '../leases.js';
import { OutboxError } from '../outbox.error.js';

/** `ponte` in ASCII, cut to 31 bits: keeps our advisory locks apart from those of other programs. */
export const LOCK_SPACE = 0x706f6e74;

/** Bridges share the outbox with each other; whoever puts it right has it alone. */
export type Access = 'shared' | 'alone';

/** The session of a bridge that was killed a moment ago may still hold the lock until the server has noticed. */
const LOCK_WITHIN_MS = 3_000;
const LOCK_POLL_MS = 100;

/** In the name of an instance that cannot hold a lock for longer than a transaction. */
export const POOLED = ' pooled';

/**
 * Takes the outbox's lock for as long as the session lasts; behind a pooler only looks whether it could be had, and
 * each transaction takes it again.
 * @param own whether the connection is a session of its own (`own-session.ts`).
 * @throws OutboxError `storage_locked`.
 */
export async function takeLock(sql: SqlRunner, access: Access, own: boolean): Promise<void> {
  if (access === 'shared') {
    const lock = own ? 'pg_try_advisory_lock_shared' : IN_TRANSACTION;
    if (!(await soon(LOCK_WITHIN_MS, () => isTaken(sql, lock)))) throw locked(access);
    return;
  }
  if (!own) throw throughPooler();
  const got = await soon(LOCK_WITHIN_MS, () => isTaken(sql, 'pg_try_advisory_lock'));
  if (!got || !(await soon(LEASE_MS, () => noBridgeBehindPooler(sql)))) throw locked(access);
}

/** For one transaction. @throws OutboxError `storage_locked`. */
export async function takeLockOfTransaction(sql: SqlRunner): Promise<void> {
  if (!(await isTaken(sql, IN_TRANSACTION))) throw locked('shared');
}

const IN_TRANSACTION = 'pg_try_advisory_xact_lock_shared';

async function isTaken(sql: SqlRunner, lock: string): Promise<boolean> {
  const [row] = await sql.query(`SELECT ${lock}($1, hashtext(current_schema())) AS taken`, [
    LOCK_SPACE,
  ]);
  return row?.['taken'] === true;
}

/** They hold no lock while they do nothing, but they renew their leases. */
export async function noBridgeBehindPooler(sql: SqlRunner): Promise<boolean> {
  const [table] = await sql.query("SELECT to_regclass('slot') IS NOT NULL AS there");
  if (table?.['there'] !== true) return true;
  const alive = await sql.query(
    'SELECT slot FROM slot WHERE expires_at > now() AND strpos(instance, $1) > 0',
    [POOLED],
  );
  return alive.length === 0;
}

async function soon(withinMs: number, ask: () => Promise<boolean>): Promise<boolean> {
  for (const until = Date.now() + withinMs; ;) {
    if (await ask()) return true;
    if (Date.now() > until) return false;
    await pause(LOCK_POLL_MS);
  }
}

function locked(access: Access): OutboxError {
  return new OutboxError(
    'storage_locked',
    access === 'alone'
      ? 'A bridge uses this outbox. Stop all of them first.'
      : 'Somebody has this outbox alone (npm run outbox). Wait until it is done.',
  );
}

function throughPooler(): OutboxError {
  return new OutboxError(
    'storage_locked',
    'To have this outbox alone takes a session of its own: give the OUTBOX_URL of PostgreSQL itself, not of a pooler.',
  );
}
