import { SqlError, type SqlRunner } from '../engine.js';
import { OutboxError } from '../outbox.error.js';
import { exists, spareOf } from '../sqlite/file-system.js';
import { openToRead } from '../sqlite/open-to-read.js';
import { ProcessLock } from '../sqlite/process-lock.js';
import { KeptLog } from '../sqlite/kept-log.js';
import { saysCorrupt } from '../sqlite/sqlite-connection.js';
import type { Facts, Inspection } from './inspection.js';
import { readFacts } from './read-facts.js';
import { existingFile } from './open-engine.js';
import { lostPayloads } from './strays.js';

const NO_FACTS: Facts = {
  outboxId: null,
  needsReconcile: null,
  rows: { pending: 0, failed: 0, sent: 0, dlq: 0, purged: 0 },
  unsettled: { pending: 0, failed: 0, unpublished: 0, oldestAt: null, latestAt: null },
  orphanPayloads: 0,
  pipelines: [],
};

export async function inspectSqlite(file: string, ballastBytes: number): Promise<Inspection> {
  const path = await existingFile(file);
  const running = await ProcessLock.held(path);
  const logIsLost = (await new KeptLog(path).state()) === 'lost';
  const { freeBytes, totalBytes } = await spareOf(path);
  const given = (await exists(`${path}.ballast`)) ? 0 : ballastBytes;
  const connection = await openToRead(path);
  try {
    const damage = await damageIn(connection);
    const facts = await factsOf(connection, damage, path);
    return {
      engine: 'sqlite',
      where: path,
      running,
      damage,
      unsafe: [],
      disk: { freeBytes: Math.max(0, freeBytes - given), totalBytes },
      ...facts,
      ...(logIsLost ? { needsReconcile: 'has lost its write-ahead log (the file -wal)' } : {}),
    };
  } finally {
    await connection.close();
  }
}

/** What `integrity_check` says; it tells damage in rows, or fails where the damage is too great. */
export async function damageOf(sql: SqlRunner): Promise<readonly string[]> {
  try {
    const rows = await sql.query('PRAGMA integrity_check(100)');
    const lines = rows.map((row) => String(Object.values(row)[0]));
    return lines.length === 1 && lines[0] === 'ok' ? [] : lines;
  } catch (error) {
    if (isDamage(error)) return [error.message];
    throw error;
  }
}

/** As `damageOf`; and in a database that is whole, what is missing all the same. */
export async function damageIn(sql: SqlRunner): Promise<readonly string[]> {
  const damage = await damageOf(sql);
  return damage.length === 0 && (await hasTables(sql)) ? lostPayloads(sql) : damage;
}

/** False for a database that no bridge has finished making. */
async function hasTables(sql: SqlRunner): Promise<boolean> {
  const tables = await sql.query("SELECT name FROM sqlite_master WHERE name = 'record'");
  return tables.length > 0;
}

/** Whether the error says that something stored cannot be read. */
export function isDamage(error: unknown): error is SqlError {
  return error instanceof SqlError && (saysCorrupt(error) || error.kind === 'fatal');
}

async function factsOf(sql: SqlRunner, damage: readonly string[], path: string): Promise<Facts> {
  try {
    return (await hasTables(sql)) ? await readFacts(sql) : NO_FACTS;
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (damage.length > 0) return NO_FACTS;
    throw new OutboxError('storage_corrupt', `The outbox ${path} is damaged.`, { cause: error });
  }
}
