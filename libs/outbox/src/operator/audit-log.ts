import { readHead } from '../audit/append.js';
import { ChainCheck, type AuditFinding } from '../audit/chain-check.js';
import type { AuditHead } from '../audit/chain.js';
import { SqlError, type Row, type SqlRunner } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { portError } from '../port-error.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { onPostgres } from './inspect-postgres.js';
import { existingFile, sqliteFileOf } from './open-engine.js';

export interface CheckedAudit {
  readonly count: number;
  readonly head: AuditHead;
  readonly findings: readonly AuditFinding[];
}

/** A row of the audit. `at` is epoch milliseconds. */
export interface AuditLine {
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly messageId: string;
  readonly topic: string;
  readonly toTopic: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

const PAGE = 1_000;

/**
 * Goes along the chain from its beginning, page by page, also beside a running bridge: reads only.
 * @param noted the head as it was written down elsewhere.
 * @throws OutboxError `not_found`; `storage_unavailable`, also for a database that has no chain yet.
 */
export function checkAudit(url: string, noted: AuditHead | null): Promise<CheckedAudit> {
  return reading(url, async (sql) => {
    const check = new ChainCheck(noted);
    let head = await readHead(sql);
    for (;;) {
      for await (const row of rowsOf(sql, check.lastId, 0)) check.meet(row);
      // Whoever adds a row moves the head in the same transaction: a row beyond it came after it was read, or by hand.
      if (head === null || check.lastId <= head.id) break;
      const now = await readHead(sql);
      if (now === null || now.id === head.id) break;
      head = now;
    }
    return { count: check.count, ...check.end(head) };
  });
}

/** The rows from a moment on (epoch ms), oldest first. @throws OutboxError as `checkAudit`. */
export function listAudit(
  url: string,
  since: number,
  onLine: (line: AuditLine) => void,
): Promise<void> {
  return reading(url, async (sql) => {
    for await (const row of rowsOf(sql, 0, since)) onLine(lineOf(row));
  });
}

async function reading<T>(url: string, read: (sql: SqlRunner) => Promise<T>): Promise<T> {
  const file = sqliteFileOf(url);
  try {
    if (file === null) return await onPostgres(url, (sql) => chained(sql, read));
    const connection = await openToRead(await existingFile(file));
    try {
      return await chained(connection, read);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw portError(error);
  }
}

async function chained<T>(sql: SqlRunner, read: (sql: SqlRunner) => Promise<T>): Promise<T> {
  try {
    await sql.query('SELECT audit.hash FROM audit LIMIT 1');
  } catch (error) {
    if (!(error instanceof SqlError) || error.kind !== 'operation') throw error;
    const message = 'The audit of this outbox is not chained yet. Start the bridge on it once.';
    throw new OutboxError('storage_unavailable', message, { cause: error });
  }
  return read(sql);
}

async function* rowsOf(sql: SqlRunner, afterId: number, since: number): AsyncGenerator<Row> {
  for (let last = afterId; ;) {
    const rows = await sql.query(
      `SELECT * FROM audit WHERE id > $1 AND at >= $2 ORDER BY id LIMIT ${PAGE}`,
      [last, since],
    );
    yield* rows;
    if (rows.length < PAGE) return;
    last = Number(rows.at(-1)?.['id']);
  }
}

function lineOf(row: Row): AuditLine {
  return {
    id: Number(row['id']),
    at: Number(row['at']),
    actor: row['actor'] as string,
    action: row['action'] as string,
    messageId: row['message_id'] as string,
    topic: row['topic'] as string,
    toTopic: row['to_topic'] as string | null,
    reason: row['reason'] as string | null,
    detail: row['detail'] as string | null,
  };
}
