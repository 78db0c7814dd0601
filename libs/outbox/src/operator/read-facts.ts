import type { SqlRunner } from '../engine.js';
import type { PipelineState } from '../outbox.store.js';
import { PIPELINE_COLUMNS, pipelineOf } from '../pipeline-row.js';
import { readReconcileMark } from '../reconcile-mark.js';
import type { Facts } from './inspection.js';
import { unsettled } from './reconcile-reads.js';
import { orphanPayloads } from './strays.js';

/** What both engines are asked in the same words. */
export async function readFacts(sql: SqlRunner): Promise<Facts> {
  const [meta] = await sql.query('SELECT "value" FROM meta WHERE name = \'outbox_id\'');
  const rows = { pending: 0, failed: 0, sent: 0, dlq: 0, purged: 0 };
  for (const row of await sql.query('SELECT status, COUNT(*) AS n FROM record GROUP BY status')) {
    const status = row['status'] as string;
    if (status in rows) rows[status as keyof typeof rows] = Number(row['n']);
  }
  const [purged] = await sql.query('SELECT COUNT(*) AS n FROM settled_id');
  rows.purged = Number(purged?.['n'] ?? 0);
  return {
    outboxId: (meta?.['value'] ?? null) as string | null,
    needsReconcile: await readReconcileMark(sql),
    rows,
    unsettled: await unsettled(sql),
    orphanPayloads: await orphanPayloads(sql),
    pipelines: await readPipelines(sql),
  };
}

export async function readPipelines(sql: SqlRunner): Promise<readonly PipelineState[]> {
  const rows = await sql.query(`SELECT ${PIPELINE_COLUMNS} FROM pipeline ORDER BY name`);
  return rows.map(pipelineOf);
}
