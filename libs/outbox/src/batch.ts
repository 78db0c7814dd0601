import type { AppendedOffsets, BatchEntry, BatchKind, OpenBatch } from './outbox.store.js';
import { compactBatch, openBatchOf, PIPELINE_COLUMNS } from './pipeline-row.js';
import type { Acknowledgement } from './record.js';
import { markSent } from './settle.js';
import type { Transaction } from './transaction.js';

export async function openBatch(
  tx: Transaction,
  pipeline: string,
  kind: BatchKind,
  entries: readonly BatchEntry[],
  incarnation: string,
): Promise<number> {
  const [opened] = await tx.query(
    'INSERT INTO pipeline (name, batch_number, kind, open_batch, opened_at, committed_number)' +
      ' VALUES ($1, 1, $2, $3, $4, 0) ON CONFLICT (name) DO UPDATE SET' +
      ' batch_number = pipeline.batch_number + 1, kind = excluded.kind, appended = NULL,' +
      ' open_batch = excluded.open_batch, opened_at = excluded.opened_at' +
      ' WHERE pipeline.open_batch IS NULL RETURNING batch_number',
    [pipeline, kind, compactBatch(entries, incarnation), tx.now],
  );
  if (opened === undefined) throw new Error(`Pipeline ${pipeline} has an open batch already.`);
  return opened['batch_number'] as number;
}

export async function noteOffsets(
  tx: Transaction,
  pipeline: string,
  batchNumber: number,
  appended: readonly AppendedOffsets[],
): Promise<void> {
  const [noted] = await tx.query(
    'UPDATE pipeline SET appended = $1 WHERE name = $2 AND batch_number = $3' +
      ' AND open_batch IS NOT NULL RETURNING batch_number',
    [JSON.stringify(appended), pipeline, batchNumber],
  );
  if (noted === undefined) throw notOpen(pipeline, batchNumber);
}

export async function closeBatch(
  tx: Transaction,
  pipeline: string,
  batchNumber: number,
): Promise<readonly Acknowledgement[]> {
  const { batch, openedAt } = await readOpen(tx, pipeline, batchNumber);
  const acknowledgements = acknowledge(batch);
  if (batch.kind === 'records') await markSent(tx, acknowledgements);
  else {
    // A letter that was replayed and buried again since the batch was opened is another one, still to publish.
    const ids = batch.entries.map(({ id }) => id);
    await notePublished(tx, ids, openedAt);
  }
  const [closed] = await tx.query(
    'UPDATE pipeline SET open_batch = NULL, appended = NULL, committed_number = batch_number,' +
      ' ledger_at = $1 WHERE name = $2 AND batch_number = $3 AND open_batch IS NOT NULL RETURNING name',
    [tx.now, pipeline, batchNumber],
  );
  if (closed === undefined) throw notOpen(pipeline, batchNumber);
  return acknowledgements;
}

/** Gives each entry its offset: those of a partition come in the order of the batch's entries. */
export function acknowledge(batch: OpenBatch): readonly Acknowledgement[] {
  const place = (topic: string, partition: number): string => `${partition} ${topic}`;
  const offsets = new Map(
    (batch.appended ?? []).map((one) => [
      place(one.topic, one.partition),
      one.offsets[Symbol.iterator](),
    ]),
  );
  return batch.entries.map(({ id, topic, partition }) => {
    const next = offsets.get(place(topic, partition))?.next();
    if (next === undefined || next.done === true) {
      throw new Error(`Batch ${batch.number} has no noted offset for record ${id}.`);
    }
    return { id, partition, offset: next.value };
  });
}

/** These dead letters are in the dead letter topic. Rows that are not dead any more are left alone. */
export async function notePublished(
  tx: Transaction,
  ids: readonly number[],
  buriedBy = tx.now,
): Promise<void> {
  await tx.query(
    "UPDATE record SET published_at = $1 WHERE status = 'dlq' AND published_at IS NULL" +
      ` AND failed_at <= $2 AND id ${tx.dialect.among('$3', 'bigint')}`,
    [tx.now, buriedBy, JSON.stringify(ids)],
  );
}

/** Its records go again, to the partitions that were chosen for them: a key has one, whatever its topic has by then. */
export async function abandonBatch(
  tx: Transaction,
  pipeline: string,
  batchNumber: number,
): Promise<void> {
  const { batch } = await readOpen(tx, pipeline, batchNumber);
  // A dead letter keeps the partition that it was meant for; its entry names the dead letter topic's.
  if (batch.kind === 'records') await keepPartitions(tx, batch.entries);
  const [abandoned] = await tx.query(
    'UPDATE pipeline SET open_batch = NULL, appended = NULL WHERE name = $1 AND batch_number = $2' +
      ' AND open_batch IS NOT NULL RETURNING name',
    [pipeline, batchNumber],
  );
  if (abandoned === undefined) throw notOpen(pipeline, batchNumber);
}

async function keepPartitions(tx: Transaction, entries: readonly BatchEntry[]): Promise<void> {
  const chosen = tx.dialect.rows('$1', { i: 'bigint', p: 'integer' });
  await tx.query(
    `UPDATE record SET kafka_partition = e.p FROM ${chosen} WHERE record.id = e.i` +
      " AND record.kafka_partition IS DISTINCT FROM e.p AND record.status IN ('pending', 'failed')",
    [JSON.stringify(entries.map(({ id, partition }) => ({ i: id, p: partition })))],
  );
}

/** Without a lock: on PostgreSQL an heir may have ended it a moment later, so whoever ends it says again which one. */
async function readOpen(
  tx: Transaction,
  pipeline: string,
  batchNumber: number,
): Promise<{ readonly batch: OpenBatch; readonly openedAt: number }> {
  const [row] = await tx.query(
    `SELECT ${PIPELINE_COLUMNS} FROM pipeline WHERE name = $1 AND batch_number = $2`,
    [pipeline, batchNumber],
  );
  const batch = row === undefined ? null : openBatchOf(row);
  if (row === undefined || batch === null) throw notOpen(pipeline, batchNumber);
  return { batch, openedAt: row['opened_at'] as number };
}

/** Makes the pipeline's row with number 0 when it is new. */
export async function makePipeline(tx: Transaction, pipeline: string): Promise<void> {
  await tx.query(
    'INSERT INTO pipeline (name, batch_number, committed_number) VALUES ($1, 0, 0)' +
      ' ON CONFLICT (name) DO NOTHING',
    [pipeline],
  );
}

export async function noteLedger(tx: Transaction, pipeline: string): Promise<void> {
  await makePipeline(tx, pipeline);
  await tx.query('UPDATE pipeline SET ledger_at = $1 WHERE name = $2', [tx.now, pipeline]);
}

function notOpen(pipeline: string, batchNumber: number): Error {
  return new Error(`Batch ${batchNumber} of pipeline ${pipeline} is not open.`);
}
