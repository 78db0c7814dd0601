import type { SqlValue } from '../engine.js';
import type { RelayStep } from '../relay-step.js';

/** What the statement says when it changes nothing because a batch is not as the relay believes. */
export const NOT_AS_BELIEVED = 'a batch is not as the relay believes';

const at = (place: number): string => `step.value ->> ${place}`;
const STEPS = 'json_each(NEW.steps) AS step';
const isKind = (kind: 'open' | 'note' | 'close'): string => `${at(0)} = '${kind}'`;
const isOpen = "record.status IN ('pending', 'failed')";

/** Of the rows that are about to be `sent` how many there are, and what they take out of the counters. */
const TAKEN =
  "(SELECT COUNT(*) AS rows, COALESCE(SUM(record.status = 'failed'), 0) AS failed, COALESCE(SUM(bytes), 0) AS bytes" +
  ` FROM record WHERE id IN (SELECT sent.value ->> 0 FROM jsonb_each(NEW.sent) AS sent) AND ${isOpen}) AS taken`;

/**
 * What the relay changes in a commit of one statement, as `settle.ts` and `batch.ts` do it in a transaction. `sent` has
 * `[id, partition, offset]` of each record; a row that is not open any more is left alone there, too.
 */
export const SETTLING = [
  'INSERT INTO counter (name, "value") SELECT change.name, CASE change.name' +
    " WHEN 'rows_pending' THEN taken.failed - taken.rows WHEN 'rows_failed' THEN -taken.failed" +
    " WHEN 'open_bytes' THEN -taken.bytes ELSE taken.rows END" +
    ` FROM ${TAKEN} CROSS JOIN (SELECT 'rows_pending' AS name UNION ALL SELECT 'rows_failed'` +
    " UNION ALL SELECT 'open_bytes' UNION ALL SELECT 'rows_sent' UNION ALL SELECT 'sent') AS change" +
    ' WHERE taken.rows > 0 ON CONFLICT (name) DO UPDATE SET "value" = counter."value" + excluded."value"',
  "UPDATE record SET status = 'sent', sent_at = NEW.now, next_at = NULL, kafka_partition = sent.value ->> 1," +
    ' kafka_offset = sent.value ->> 2 FROM jsonb_each(NEW.sent) AS sent' +
    ` WHERE record.id = sent.value ->> 0 AND ${isOpen}`,
];

/** `steps` has `[kind, pipeline, …]` of each batch. */
export const BATCHES = [
  `SELECT RAISE(ABORT, '${NOT_AS_BELIEVED}') FROM ${STEPS} LEFT JOIN pipeline ON pipeline.name = ${at(1)}` +
    ` WHERE CASE WHEN ${isKind('open')} THEN pipeline.open_batch IS NOT NULL` +
    ` ELSE pipeline.open_batch IS NULL OR pipeline.batch_number <> ${at(2)} END`,

  'UPDATE pipeline SET open_batch = NULL, appended = NULL, committed_number = batch_number, ledger_at = NEW.now' +
    ` FROM ${STEPS} WHERE pipeline.name = ${at(1)} AND ${isKind('close')}`,
  `UPDATE pipeline SET appended = ${at(3)} FROM ${STEPS} WHERE pipeline.name = ${at(1)} AND ${isKind('note')}`,
  'INSERT INTO pipeline (name, batch_number, kind, open_batch, opened_at, committed_number)' +
    ` SELECT ${at(1)}, 1, ${at(2)}, ${at(3)}, NEW.now, 0 FROM ${STEPS} WHERE ${isKind('open')}` +
    ' ON CONFLICT (name) DO UPDATE SET batch_number = pipeline.batch_number + 1, kind = excluded.kind,' +
    ' appended = NULL, open_batch = excluded.open_batch, opened_at = excluded.opened_at',
];

/** The values of `NEW.sent` and `NEW.steps`. */
export function boundSteps(steps: readonly RelayStep[]): readonly [SqlValue, SqlValue] {
  const sent = steps.flatMap((step) =>
    step.kind === 'settle' || step.kind === 'close'
      ? step.acknowledgements.map(({ id, partition, offset }) => [id, partition, offset])
      : [],
  );
  const batches = steps.filter((step) => step.kind !== 'settle').map(row);
  return [JSON.stringify(sent), JSON.stringify(batches)];
}

function row(step: Exclude<RelayStep, { readonly kind: 'settle' }>): readonly SqlValue[] {
  const { kind, pipeline } = step;
  switch (kind) {
    case 'open':
      return [kind, pipeline, step.batchKind, step.openBatch];
    case 'note':
      return [kind, pipeline, step.batchNumber, JSON.stringify(step.appended)];
    case 'close':
      return [kind, pipeline, step.batchNumber];
    default:
      return kind satisfies never;
  }
}
