import { backupSqlite, sqliteFileOf } from '@bridge/outbox';
import type { BridgeConfig } from '../config/bridge.config.js';
import { count, RESULT, size, type Report } from './report.js';

/** Copies an SQLite outbox; PostgreSQL has tools of its own. */
export async function backup({ outbox }: BridgeConfig, target: string): Promise<Report> {
  const source = sqliteFileOf(outbox.url);
  if (source === null) {
    const line =
      'This outbox is in PostgreSQL: back it up with pg_dump, or with a synchronous standby.';
    return { result: RESULT.notDone, lines: [line], json: { error: line } };
  }
  const { file, bytes, rows } = await backupSqlite(source, target);
  return {
    result: RESULT.well,
    lines: [
      `${file} holds ${count(rows, 'record')} in ${size(bytes)}. It was opened again and is whole.`,
      'A bridge that is started on it sends nothing before it was compared with Kafka (reconcile).',
    ],
    json: { file, bytes, rows },
  };
}
