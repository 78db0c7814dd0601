import { forgetArrived } from './arrived.js';
import type { Row } from './engine.js';
import type { Failure } from './outbox.store.js';
import type { Acknowledgement, RecordState } from './record.js';
import { STATE_COLUMNS, stateOf } from './rows.js';
import type { Transaction } from './transaction.js';

/** Longest error that is kept with a record. */
const MAX_ERROR = 500;
const OPEN = "record.status IN ('pending', 'failed')";

/** These records are in Kafka. Rows that are not open any more are left alone. */
export async function markSent(
  tx: Transaction,
  acknowledgements: readonly Acknowledgement[],
): Promise<void> {
  const ids = acknowledgements.map(({ id }) => id);
  const sent = await takeOpen(tx, ids);
  await forgetArrived(tx, ids);
  tx.news.noteSettled(ids);
  tx.count('sent', sent);
  tx.countRows('sent', sent);
  const rows = tx.dialect.rows('$2', { i: 'bigint', p: 'integer', o: 'bigint' });
  await tx.query(
    "UPDATE record SET status = 'sent', sent_at = $1, next_at = NULL, kafka_partition = e.p," +
      ` kafka_offset = e.o FROM ${rows} WHERE record.id = e.i AND ${OPEN}`,
    [
      tx.now,
      JSON.stringify(
        acknowledgements.map(({ id, partition, offset }) => ({ i: id, p: partition, o: offset })),
      ),
    ],
  );
}

/** Kafka refused these records and they will be tried again. */
export async function reschedule(
  tx: Transaction,
  failures: readonly (Failure & { readonly nextAt: number })[],
): Promise<void> {
  await noteAttempts(tx, failures);
  const moved = await takeOpen(
    tx,
    failures.map(({ id }) => id),
    'bytes stay open',
  );
  tx.countRows('failed', moved);
  tx.count('failed', moved);
  tx.count('retries', moved);
  const rows = tx.dialect.rows('$1', { i: 'bigint', c: 'text', m: 'text', n: 'bigint' });
  await tx.query(
    "UPDATE record SET status = 'failed', retry_count = retry_count + 1, last_error_code = e.c," +
      ` last_error = e.m, next_at = e.n FROM ${rows} WHERE record.id = e.i AND ${OPEN}`,
    [
      JSON.stringify(
        failures.map(({ id, code, error, nextAt }) => ({
          i: id,
          c: code,
          m: short(error),
          n: nextAt,
        })),
      ),
    ],
  );
}

/** Given up: kept whole with the last error. */
export async function bury(
  tx: Transaction,
  failures: readonly Failure[],
): Promise<readonly RecordState[]> {
  await noteAttempts(tx, failures);
  const ids = failures.map(({ id }) => id);
  const buried = await takeOpen(tx, ids);
  tx.news.noteSettled(ids);
  tx.countRows('dlq', buried);
  tx.count('failed', buried);
  tx.count('buried', buried);
  const rows = tx.dialect.rows('$2', { i: 'bigint', c: 'text', m: 'text' });
  const states = await tx.query(
    "UPDATE record SET status = 'dlq', retry_count = retry_count + 1, failed_at = $1," +
      ' published_at = NULL, next_at = NULL, last_error_code = e.c, last_error = e.m' +
      ` FROM ${rows} WHERE record.id = e.i AND ${OPEN} RETURNING ${STATE_COLUMNS}`,
    [tx.now, failureRows(failures)],
  );
  return states.map((row) => stateOf(row, false)).toSorted((a, b) => a.id - b.id);
}

/** Writes down one more refused try of each record that is still open; runs before its row changes. */
async function noteAttempts(tx: Transaction, failures: readonly Failure[]): Promise<void> {
  const rows = tx.dialect.rows('$2', { i: 'bigint', c: 'text', m: 'text' });
  await tx.query(
    'INSERT INTO attempt (record_id, "number", at, code, error)' +
      ` SELECT record.id, record.retry_count + 1, $1, e.c, e.m FROM ${rows}` +
      ` JOIN record ON record.id = e.i WHERE ${OPEN}`,
    [tx.now, failureRows(failures)],
  );
}

function failureRows(failures: readonly Failure[]): string {
  return JSON.stringify(
    failures.map(({ id, code, error }) => ({ i: id, c: code, m: short(error) })),
  );
}

function short(error: string): string {
  return error.slice(0, MAX_ERROR);
}

/** Counts the rows that the next statement takes out of their open status. @returns how many. */
async function takeOpen(
  tx: Transaction,
  ids: readonly number[],
  bytes: 'bytes settle' | 'bytes stay open' = 'bytes settle',
): Promise<number> {
  const groups: readonly Row[] = await tx.query(
    'SELECT status, COUNT(*) AS n, SUM(bytes) AS bytes FROM record' +
      ` WHERE id ${tx.dialect.among('$1', 'bigint')} AND ${OPEN} GROUP BY status`,
    [JSON.stringify(ids)],
  );
  let taken = 0;
  for (const group of groups) {
    const n = group['n'] as number;
    taken += n;
    tx.countRows(group['status'] as 'pending' | 'failed', -n);
    if (bytes === 'bytes settle') tx.count('open_bytes', -(group['bytes'] as number));
  }
  return taken;
}
