import { appendAudit } from '../audit/append.js';
import type { Audit } from '../outbox.store.js';
import type { Acknowledgement, DeliveryMode } from '../record.js';
import { markSent } from '../settle.js';
import type { Transaction } from '../transaction.js';

/** A record that Kafka has and the outbox does not know: sent after the backup was taken. */
export interface Remembered {
  readonly messageId: string;
  readonly tenant: string;
  readonly topic: string;
  readonly partition: number;
  /** Decimal string. */
  readonly offset: string;
  readonly delivery: DeliveryMode;
  /** Epoch milliseconds, as the record says. */
  readonly timestamp: number;
  /** The hashes of the requests that it can come from, one after the other; 32 bytes each. */
  readonly requestHashes: Buffer;
}

/** Everything that a reconciliation changes. Rows that are not as they were found are left alone. */
export interface ReconcileChange {
  /** Waiting records and dead letters that are in Kafka. */
  readonly sent: readonly Acknowledgement[];
  /** Ids of dead letters that are in the dead letter topic. */
  readonly published: readonly number[];
  readonly remembered: readonly Remembered[];
  /** Ids of sent records that Kafka has lost and that shall be sent again. */
  readonly sendAgain: readonly number[];
  /** What the ledger holds for each pipeline; null is nothing. */
  readonly pipelines: readonly { readonly name: string; readonly number: number | null }[];
}

export interface ReconcileCounts {
  readonly sent: number;
  readonly published: number;
  readonly remembered: number;
  readonly resent: number;
  /** Records that wait and are sent by themselves from now on: others of their transactions are gone. */
  readonly dissolved: number;
}

const SLICE = 500;

export async function markFound(
  tx: Transaction,
  found: readonly Acknowledgement[],
  audit: Audit,
): Promise<number> {
  let marked = 0;
  for (const slice of slices(found)) {
    const ids = slice.map(({ id }) => id);
    marked += await note(
      tx,
      "status IN ('pending', 'failed', 'dlq')",
      ids,
      'found in Kafka',
      audit,
    );
    await reviveLetters(tx, ids);
    await markSent(tx, slice);
  }
  return marked;
}

/** A dead letter that is in its topic was replayed and sent after the backup: it goes the way of a replay. */
async function reviveLetters(tx: Transaction, ids: readonly number[]): Promise<void> {
  const rows = await tx.query(
    "UPDATE record SET status = 'pending', next_at = NULL WHERE status = 'dlq'" +
      ` AND id ${tx.dialect.among('$1', 'bigint')} RETURNING bytes`,
    [JSON.stringify(ids)],
  );
  tx.countRows('dlq', -rows.length);
  tx.countRows('pending', rows.length);
  tx.count(
    'open_bytes',
    rows.reduce((sum, row) => sum + (row['bytes'] as number), 0),
  );
}

export async function markPublished(tx: Transaction, ids: readonly number[]): Promise<number> {
  let marked = 0;
  for (const slice of slices(ids)) {
    const rows = await tx.query(
      "UPDATE record SET published_at = $1 WHERE status = 'dlq' AND published_at IS NULL" +
        ` AND id ${tx.dialect.among('$2', 'bigint')} RETURNING id`,
      [tx.now, JSON.stringify(slice)],
    );
    marked += rows.length;
  }
  return marked;
}

/**
 * Keeps their ids as those of purged records, so that a repeat is a duplicate. Their record ids are negative:
 * they never had a row here, and no row may ever get the same.
 */
export async function remember(tx: Transaction, records: readonly Remembered[]): Promise<number> {
  const [lowest] = await tx.query('SELECT MIN(record_id) AS id FROM settled_id');
  let id = Math.min(0, Number(lowest?.['id'] ?? 0));
  let kept = 0;
  for (const record of records) {
    const rows = await tx.query(
      'INSERT INTO settled_id (record_id, message_id, tenant, topic, status, delivery, retry_count,' +
        ' replays, created_at, settled_at, kafka_offset, kafka_partition, request_hash)' +
        " VALUES ($1, $2, $3, $4, 'sent', $5, 0, 0, $6, $7, $8, $9, $10)" +
        ' ON CONFLICT (message_id, tenant) DO NOTHING RETURNING record_id',
      [
        --id,
        record.messageId,
        record.tenant,
        record.topic,
        record.delivery,
        record.timestamp,
        tx.now,
        record.offset,
        record.partition,
        record.requestHashes,
      ],
    );
    kept += rows.length;
  }
  return kept;
}

/** A sent record that Kafka has lost becomes pending, with its place forgotten. */
export async function sendAgain(
  tx: Transaction,
  ids: readonly number[],
  audit: Audit,
): Promise<number> {
  let again = 0;
  for (const slice of slices(ids)) {
    await note(tx, "status = 'sent'", slice, 'lost by Kafka, sent again', audit);
    const rows = await tx.query(
      "UPDATE record SET status = 'pending', sent_at = NULL, kafka_offset = NULL," +
        ' kafka_partition = requested_partition, retry_count = 0, last_error = NULL,' +
        ' last_error_code = NULL, next_at = NULL, replays = replays + 1' +
        ` WHERE status = 'sent' AND id ${tx.dialect.among('$1', 'bigint')} RETURNING bytes`,
      [JSON.stringify(slice)],
    );
    tx.countRows('sent', -rows.length);
    tx.countRows('pending', rows.length);
    tx.count('replayed', rows.length);
    tx.count(
      'open_bytes',
      rows.reduce((sum, row) => sum + (row['bytes'] as number), 0),
    );
    again += rows.length;
  }
  return again;
}

/** Who waits for records of its transaction that do not wait any more would wait for ever. */
export async function dissolve(tx: Transaction, audit: Audit): Promise<number> {
  const rows = await tx.query(
    "UPDATE record SET transaction_id = NULL, transaction_size = NULL WHERE status IN ('pending', 'failed')" +
      ' AND transaction_id IN (SELECT transaction_id FROM record WHERE transaction_id IS NOT NULL' +
      " AND status <> 'sent' GROUP BY transaction_id HAVING" +
      " COUNT(CASE WHEN status IN ('pending', 'failed') THEN 1 END) < MAX(transaction_size)) RETURNING id",
  );
  const ids = rows.map((row) => row['id'] as number);
  for (const slice of slices(ids)) {
    await note(tx, 'id > 0', slice, 'its transaction is not whole, sent by itself', audit);
  }
  return ids.length;
}

/** Takes over what the ledger holds. Batch numbers only grow, so that no number is ever used twice. */
export async function setPipeline(
  tx: Transaction,
  name: string,
  number: number | null,
): Promise<void> {
  const held = number ?? 0;
  await tx.query(
    'UPDATE pipeline SET batch_number = CASE WHEN batch_number < $1 THEN $1 ELSE batch_number END,' +
      ' committed_number = $2, open_batch = NULL, appended = NULL, kind = NULL, ledger_at = $3' +
      ' WHERE name = $4',
    [held, held, number === null ? null : tx.now, name],
  );
}

export async function noteReconciled(
  tx: Transaction,
  counts: ReconcileCounts,
  { pipelines }: ReconcileChange,
  audit: Audit,
): Promise<void> {
  const ledger = pipelines.map(({ name, number }) => `${name}=${number ?? 'none'}`).join(' ');
  const done = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  const reason = [...done, `ledger ${ledger}`, audit.reason ?? ''].join('; ');
  const { actor } = audit;
  await appendAudit(tx, tx.now, [{ actor, action: 'reconcile', messageId: '', topic: '', reason }]);
}

/** One row of the audit for each record, written while the rows are as they were found. @returns how many. */
async function note(
  tx: Transaction,
  condition: string,
  ids: readonly number[],
  reason: string,
  audit: Audit,
): Promise<number> {
  const rows = await tx.query(
    `SELECT message_id, topic, tenant FROM record WHERE ${condition} AND id ${tx.dialect.among('$1', 'bigint')}` +
      ' ORDER BY id',
    [JSON.stringify(ids)],
  );
  const { actor } = audit;
  const entries = rows.map((row) => ({
    actor,
    action: 'reconcile',
    messageId: row['message_id'] as string,
    topic: row['topic'] as string,
    tenant: row['tenant'] as string,
    reason,
  }));
  await appendAudit(tx, tx.now, entries);
  return rows.length;
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += SLICE) yield items.slice(at, at + SLICE);
}
