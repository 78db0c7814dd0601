import { appendAudit } from './audit/append.js';
import { forgetArrived } from './arrived.js';
import { conditions, namedIn, Parameters } from './filter.js';
import { laneOf } from './lane.js';
import { OutboxError } from './outbox.error.js';
import type { Audit, RecordFilter, Sight } from './outbox.store.js';
import type { OutboxRecord, RecordState } from './record.js';
import { RECORD_COLUMNS, recordOf, STATE_COLUMNS, stateOf } from './rows.js';
import type { Transaction } from './transaction.js';

/** What a replay has put back: the record that it was asked for, and all, with the rest of its transaction. */
export interface Replay {
  readonly record: OutboxRecord;
  readonly replayed: readonly OutboxRecord[];
}

/** A dead letter becomes pending again. Another topic forgets the demanded partition: it was the old topic's. */
export async function replay(
  tx: Transaction,
  messageId: string,
  sight: Sight,
  audit: Audit,
  topic?: string,
): Promise<Replay> {
  const letter = await deadLetter(tx, messageId, sight);
  const ids = await withTransactions(tx, [letter.id]);
  if (ids.length === 0) throw notReplayable(messageId);
  const elsewhere = topic === undefined || topic === letter.topic ? null : topic;
  await note(tx, 'replay', audit, [letter.id], elsewhere);
  const others = ids.filter((id) => id !== letter.id);
  await note(tx, 'replay', audit, others, null);
  const place =
    elsewhere === null
      ? null
      : { topic: elsewhere, lane: laneOf(elsewhere, letter.key, messageId) };
  const [record] = await putBack(tx, [letter.id], place);
  if (record === undefined) throw notReplayable(messageId);
  const rest = others.length === 0 ? [] : await putBack(tx, others, null);
  return { record, replayed: [record, ...rest].toSorted((one, two) => one.id - two.id) };
}

/** What a slice has put back, and the last dead letter that it has looked at; null when there are no more. */
export interface ReplayedSlice {
  readonly replayed: readonly OutboxRecord[];
  readonly lastId: number | null;
}

/** Replays the oldest dead letters that match, have a higher id than `afterId` and were buried up to `buriedBy`. */
export async function replaySlice(
  tx: Transaction,
  filter: RecordFilter,
  slice: { readonly afterId: number; readonly buriedBy: number; readonly limit: number },
  audit: Audit,
): Promise<ReplayedSlice> {
  const p = new Parameters();
  const wanted = [
    ...conditions({ ...filter, status: 'dlq' }, p),
    `id > ${p.add(slice.afterId)}`,
    `failed_at <= ${p.add(slice.buriedBy)}`,
  ].join(' AND ');
  const rows = await tx.query(
    `SELECT id FROM record WHERE ${wanted} ORDER BY id LIMIT ${p.add(slice.limit)}`,
    p.values,
  );
  const found = rows.map((row) => row['id'] as number);
  const ids = await withTransactions(tx, found);
  await note(tx, 'replay', audit, ids, null);
  return {
    replayed: ids.length === 0 ? [] : await putBack(tx, ids, null),
    lastId: found.length < slice.limit ? null : (found.at(-1) ?? null),
  };
}

/** Removes a dead letter for good, and with it the rest of its transaction, which can never be seen whole again. */
export async function discard(
  tx: Transaction,
  messageId: string,
  sight: Sight,
  audit: Audit,
): Promise<readonly RecordState[]> {
  const letter = await deadLetter(tx, messageId, sight);
  const rows = await tx.query(
    `SELECT ${STATE_COLUMNS} FROM record WHERE status = 'dlq' AND (id = $1 OR (status <> 'sent'` +
      ' AND transaction_id = (SELECT transaction_id FROM record WHERE id = $1))) ORDER BY id',
    [letter.id],
  );
  const gone = rows.map((row) => stateOf(row, true));
  const ids = gone.map(({ id }) => id);
  await note(tx, 'discard', audit, ids, null);
  await forget(tx, ids, 'failed_at');
  tx.count('discarded', ids.length);
  tx.countRows('dlq', -ids.length);
  return gone;
}

/**
 * These dead letters, and all of each transaction that one of them belongs to. Those of a transaction that is
 * not whole any more are left out: nobody could see all of it.
 */
async function withTransactions(
  tx: Transaction,
  ids: readonly number[],
): Promise<readonly number[]> {
  if (ids.length === 0) return [];
  const these = `id ${tx.dialect.among('$1', 'bigint')}`;
  const rows = await tx.query(
    `SELECT id FROM record WHERE ${these} AND transaction_id IS NULL UNION ALL` +
      " SELECT id FROM record WHERE status = 'dlq' AND status <> 'sent' AND transaction_id IS NOT NULL" +
      " AND transaction_id IN (SELECT transaction_id FROM record WHERE status <> 'sent'" +
      ` AND transaction_id IN (SELECT transaction_id FROM record WHERE ${these})` +
      ' GROUP BY transaction_id HAVING COUNT(*) = MAX(transaction_size)' +
      " AND COUNT(CASE WHEN status = 'dlq' THEN 1 END) = COUNT(*))",
    [JSON.stringify(ids)],
  );
  return rows.map((row) => row['id'] as number).toSorted((one, two) => one - two);
}

/** Removes settled rows; their ids, hashes and places stay known for the dedupe window. */
export async function forget(
  tx: Transaction,
  ids: readonly number[],
  settledAt: 'sent_at' | 'failed_at',
): Promise<void> {
  if (ids.length === 0) return;
  const parameter = [JSON.stringify(ids)];
  const these = tx.dialect.among('$1', 'bigint');
  const kept =
    'message_id, tenant, request_hash, topic, delivery, status, retry_count, last_error_code, replays,' +
    ' created_at, sent_at, kafka_partition, kafka_offset';
  await tx.query(
    `INSERT INTO settled_id (record_id, settled_at, ${kept})` +
      ` SELECT id, ${settledAt}, ${kept} FROM record WHERE id ${these}`,
    parameter,
  );
  await tx.query(`DELETE FROM attempt WHERE record_id ${these}`, parameter);
  await forgetArrived(tx, ids);
  await tx.query(`DELETE FROM payload WHERE record_id ${these}`, parameter);
  await tx.query(`DELETE FROM record WHERE id ${these}`, parameter);
}

/** @throws OutboxError `not_found`, `not_replayable`. */
async function deadLetter(tx: Transaction, messageId: string, sight: Sight): Promise<RecordState> {
  const p = new Parameters();
  const named = namedIn(messageId, sight, p);
  const [row] = await tx.query(`SELECT ${STATE_COLUMNS} FROM record WHERE ${named}`, p.values);
  if (row !== undefined && row['status'] === 'dlq') return stateOf(row, false);
  const settled = await tx.query(`SELECT record_id FROM settled_id WHERE ${named}`, p.values);
  if (row !== undefined || settled.length > 0) throw notReplayable(messageId);
  throw new OutboxError('not_found', 'No record has this message id.', { messageId });
}

function notReplayable(messageId: string): OutboxError {
  return new OutboxError('not_replayable', 'The record is not a dead letter.', { messageId });
}

async function putBack(
  tx: Transaction,
  ids: readonly number[],
  elsewhere: { readonly topic: string; readonly lane: number } | null,
): Promise<readonly OutboxRecord[]> {
  const p = new Parameters();
  const place =
    elsewhere === null
      ? 'kafka_partition = requested_partition'
      : `topic = ${p.add(elsewhere.topic)}, lane = ${p.add(elsewhere.lane)},` +
        ' requested_partition = NULL, kafka_partition = NULL';
  const rows = await tx.query(
    `UPDATE record SET status = 'pending', retry_count = 0, replays = replays + 1, ${place},` +
      ' kafka_offset = NULL, next_at = NULL, failed_at = NULL, published_at = NULL,' +
      " last_error = NULL, last_error_code = NULL WHERE status = 'dlq'" +
      ` AND id ${tx.dialect.among(p.add(JSON.stringify(ids)), 'bigint')}` +
      ` RETURNING ${RECORD_COLUMNS}`,
    p.values,
  );
  tx.count('replayed', rows.length);
  tx.countRows('dlq', -rows.length);
  tx.countRows('pending', rows.length);
  tx.count(
    'open_bytes',
    rows.reduce((sum, row) => sum + (row['bytes'] as number), 0),
  );
  return rows.map(recordOf).toSorted((a, b) => a.id - b.id);
}

/** Who did what to which record, one row a record, written while the rows are as they were found. */
async function note(
  tx: Transaction,
  action: 'replay' | 'discard',
  audit: Audit,
  ids: readonly number[],
  toTopic: string | null,
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.query(
    `SELECT message_id, topic, tenant FROM record WHERE id ${tx.dialect.among('$1', 'bigint')} ORDER BY id`,
    [JSON.stringify(ids)],
  );
  const entries = rows.map((row) => ({
    ...audit,
    action,
    messageId: row['message_id'] as string,
    topic: row['topic'] as string,
    tenant: row['tenant'] as string,
    toTopic,
  }));
  await appendAudit(tx, tx.now, entries);
}
