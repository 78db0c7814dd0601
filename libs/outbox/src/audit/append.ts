import type { SqlRunner, SqlValue } from '../engine.js';
import type { AuditEntry } from './audit-entry.js';
import { NO_TENANT } from '../record.js';
import { hashOf, headText, NO_HEAD, parseHead, storedHash, type AuditHead } from './chain.js';

/** In the order of `valuesOf`. */
const COLUMNS = [
  'id',
  'at',
  'actor',
  'action',
  'message_id',
  'topic',
  'tenant',
  'to_topic',
  'reason',
  'detail',
  'hash',
] as const;
/** Few sizes, so that each statement is parsed once and kept. */
const SIZES = [64, 16, 4, 1] as const;
const TEXT_MAX = 2_000;
const HEAD = 'audit_head';

/**
 * Adds rows to the chain, inside the transaction of the change that they tell of. Whoever comes second waits for the
 * first one's commit at the row of the head, so that the chain never branches, however many instances there are.
 * @param now epoch milliseconds.
 */
export async function appendAudit(
  sql: SqlRunner,
  now: number,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  let head = await lockHead(sql);
  let at = 0;
  while (at < entries.length) {
    const size = SIZES.find((one) => at + one <= entries.length) ?? 1;
    const values: SqlValue[] = [];
    for (const entry of entries.slice(at, at + size)) {
      const row = rowOf(head.id + 1, now, entry);
      head = { id: head.id + 1, hash: hashOf(head.hash, row) };
      values.push(...COLUMNS.map((name) => (name === 'hash' ? head.hash : row[name])));
    }
    await sql.query(insertOf(size), values);
    at += size;
  }
  await setHead(sql, head);
}

/** Locks the head until the transaction ends. */
export async function lockHead(sql: SqlRunner): Promise<AuditHead> {
  const [row] = await sql.query(
    'INSERT INTO meta (name, "value") VALUES ($1, \'\')' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = meta."value" RETURNING "value"',
    [HEAD],
  );
  return parseHead((row?.['value'] ?? '') as string) ?? (await lastRow(sql));
}

/** As the last change has left it; null in a database that no version with a chain has opened. */
export async function readHead(sql: SqlRunner): Promise<AuditHead | null> {
  const [row] = await sql.query('SELECT "value" FROM meta WHERE name = $1', [HEAD]);
  return parseHead((row?.['value'] ?? '') as string);
}

export async function setHead(sql: SqlRunner, head: AuditHead): Promise<void> {
  await sql.query(
    'INSERT INTO meta (name, "value") VALUES ($1, $2)' +
      ' ON CONFLICT (name) DO UPDATE SET "value" = excluded."value"',
    [HEAD, headText(head)],
  );
}

export async function forgetHead(sql: SqlRunner): Promise<void> {
  await sql.query('DELETE FROM meta WHERE name = $1', [HEAD]);
}

/** Where the head is lost: what stands last in the table. */
async function lastRow(sql: SqlRunner): Promise<AuditHead> {
  const [row] = await sql.query('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
  if (row === undefined) return NO_HEAD;
  return { id: Number(row['id']), hash: storedHash(row) ?? NO_HEAD.hash };
}

type Columns = Readonly<Record<Exclude<(typeof COLUMNS)[number], 'hash'>, string | number | null>>;

function rowOf(id: number, at: number, entry: AuditEntry): Columns {
  return {
    id,
    at,
    actor: storable(entry.actor),
    action: entry.action,
    message_id: entry.messageId,
    topic: entry.topic,
    tenant: entry.tenant === NO_TENANT ? null : (entry.tenant ?? null),
    to_topic: entry.toTopic ?? null,
    reason: textOf(entry.reason),
    detail: textOf(entry.detail),
  };
}

function textOf(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storable(text);
}

/** What the database would give back in another form than it got it would break the chain. */
function storable(text: string): string {
  return text.slice(0, TEXT_MAX).replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ');
}

function insertOf(size: number): string {
  const width = COLUMNS.length;
  const row = (n: number): string =>
    `(${COLUMNS.map((_, column) => `$${n * width + column + 1}`).join(', ')})`;
  const rows = Array.from({ length: size }, (_, n) => row(n)).join(', ');
  return `INSERT INTO audit (${COLUMNS.join(', ')}) VALUES ${rows}`;
}
