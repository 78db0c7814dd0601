import { appendAudit } from '../audit/append.js';
import { Counters } from '../counters.js';
import { forget } from '../dead-letters.js';
import type { SqlRunner } from '../engine.js';
import type { OutboxOptions } from '../open-outbox.js';
import { portError } from '../port-error.js';
import type { RecordStatus } from '../record.js';
import { Transaction } from '../transaction.js';
import { askedAndNoted } from './audit-beside.js';
import { openEngine } from './open-engine.js';

/** A record that somebody's mark stands at. Times are epoch milliseconds. */
export interface SubjectRecord {
  readonly id: number;
  readonly messageId: string;
  readonly topic: string;
  readonly status: RecordStatus;
  readonly createdAt: number;
  readonly partition: number | null;
  readonly offset: string | null;
  /** Its contents are gone from the outbox; Kafka may still have them. */
  readonly purged: boolean;
}

export interface Erased {
  readonly erased: readonly SubjectRecord[];
  /** Not sent yet, or dead letters: these still have their contents. */
  readonly left: readonly SubjectRecord[];
}

const ERASED_AT_ONCE = 500;

/**
 * The records of these marks, oldest first, also beside a running bridge. That somebody has looked is in the audit, by the
 * marks and not by whose they are, before he sees anything.
 * @throws OutboxError as `askedAndNoted`.
 */
export function findSubject(
  url: string,
  marks: readonly string[],
  actor: string,
): Promise<readonly SubjectRecord[]> {
  return askedAndNoted(
    url,
    (sql) => recordsOf(sql, marks),
    (found) => ({
      actor,
      action: 'find',
      messageId: '',
      topic: '',
      detail: `${subject(marks)}: ${found.length} found`,
    }),
  );
}

/**
 * Removes the contents of the sent records of these marks: key, value, headers and refused tries. What is known of a purged
 * record stays. All of it in one transaction, with its audit, which has the marks and not whose they are.
 * @throws OutboxError `storage_locked` while a bridge runs, and as `openOutbox`.
 */
export async function eraseSubject(
  options: OutboxOptions,
  marks: readonly string[],
  actor: string,
): Promise<Erased> {
  const engine = await openEngine(options);
  const { writer, dialect } = engine;
  try {
    await writer.begin();
    await new Counters().prepare(writer, dialect);
    const tx = new Transaction(writer, dialect, Date.now());
    const kept = (await recordsOf(tx, marks)).filter(({ purged }) => !purged);
    const erased = kept.filter(({ status }) => status === 'sent');
    const left = kept.filter(({ status }) => status !== 'sent');
    const detail = subject(marks);
    const entries = erased.map(({ messageId, topic }) => ({
      actor,
      action: 'erase',
      messageId,
      topic,
      detail,
    }));
    const counts = `${detail}: ${erased.length} erased, ${left.length} left`;
    const whole = { actor, action: 'erase', messageId: '', topic: '', detail: counts };
    await appendAudit(tx, tx.now, [...entries, whole]);
    for (let at = 0; at < erased.length; at += ERASED_AT_ONCE) {
      const ids = erased.slice(at, at + ERASED_AT_ONCE).map(({ id }) => id);
      await forget(tx, ids, 'sent_at');
    }
    tx.countRows('sent', -erased.length);
    await tx.saveCounters(0);
    await writer.commit();
    return { erased, left };
  } catch (error) {
    await writer.rollback();
    throw portError(error);
  } finally {
    await engine.close();
  }
}

function subject(marks: readonly string[]): string {
  return `subject ${marks.join(' ')}`;
}

async function recordsOf(
  sql: SqlRunner,
  marks: readonly string[],
): Promise<readonly SubjectRecord[]> {
  const places = marks.map((_, at) => `$${at + 1}`).join(', ');
  const these = `IN (SELECT record_id FROM subject WHERE mark IN (${places}))`;
  const columns = (id: string): string =>
    `${id} AS id, message_id, topic, status, created_at, kafka_partition, CAST(kafka_offset AS TEXT) AS kafka_offset`;
  const kept = await sql.query(`SELECT ${columns('id')} FROM record WHERE id ${these}`, marks);
  const gone = await sql.query(
    `SELECT ${columns('record_id')} FROM settled_id WHERE record_id ${these}`,
    marks,
  );
  const rows = [
    ...kept.map((row) => [row, false] as const),
    ...gone.map((row) => [row, true] as const),
  ];
  return rows
    .map(([row, purged]) => ({
      id: row['id'] as number,
      messageId: row['message_id'] as string,
      topic: row['topic'] as string,
      status: row['status'] as RecordStatus,
      createdAt: row['created_at'] as number,
      partition: row['kafka_partition'] as number | null,
      offset: row['kafka_offset'] as string | null,
      purged,
    }))
    .toSorted((one, two) => one.id - two.id);
}
