import type { Dialect, SqlRunner } from '../engine.js';
import type { RecordStatus } from '../record.js';

/** What waits, and since when. Times are epoch milliseconds. */
export interface Unsettled {
  readonly pending: number;
  readonly failed: number;
  /** Dead letters that are not in the dead letter topic. */
  readonly unpublished: number;
  /** Of the oldest record that waits, also of a dead letter that is not published; null when none does. */
  readonly oldestAt: number | null;
  /** The last thing that this database knows to have happened. */
  readonly latestAt: number | null;
}

/** The last record in a partition that was sent before some moment. */
export interface Anchor {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly messageId: string;
}

export interface KnownRecord {
  readonly id: number;
  readonly messageId: string;
  readonly tenant: string;
  readonly topic: string;
  readonly status: RecordStatus;
  /** When it was buried the last time; epoch milliseconds. */
  readonly failedAt: number | null;
  readonly published: boolean;
  /** Only its id, hash and place are left. */
  readonly purged: boolean;
}

export interface SentRow {
  readonly id: number;
  readonly messageId: string;
  readonly topic: string;
  readonly partition: number | null;
  readonly offset: bigint | null;
}

export async function unsettled(sql: SqlRunner): Promise<Unsettled> {
  const of = async (condition: string): Promise<{ n: number; oldest: number | null }> => {
    const [row] = await sql.query(
      `SELECT COUNT(*) AS n, MIN(created_at) AS oldest FROM record WHERE ${condition}`,
    );
    return { n: Number(row?.['n'] ?? 0), oldest: (row?.['oldest'] ?? null) as number | null };
  };
  const pending = await of("status = 'pending'");
  const failed = await of("status = 'failed'");
  const unpublished = await of("status = 'dlq' AND published_at IS NULL");
  const dead = await of("status = 'dlq'");
  const [latest] = await sql.query(
    'SELECT MAX(at) AS at FROM (SELECT MAX(created_at) AS at FROM record' +
      " UNION ALL SELECT MAX(sent_at) AS at FROM record WHERE status = 'sent'" +
      ' UNION ALL SELECT MAX(settled_at) AS at FROM settled_id) AS moments',
  );
  // A dead letter may have been replayed and sent since.
  const oldest = [pending.oldest, failed.oldest, dead.oldest].filter((at) => at !== null);
  return {
    pending: pending.n,
    failed: failed.n,
    unpublished: unpublished.n,
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    latestAt: (latest?.['at'] ?? null) as number | null,
  };
}

export async function topics(sql: SqlRunner): Promise<readonly string[]> {
  const rows = await sql.query(
    'SELECT topic FROM record UNION SELECT topic FROM settled_id ORDER BY topic',
  );
  return rows.map((row) => row['topic'] as string);
}

export async function anchors(sql: SqlRunner, before: number): Promise<readonly Anchor[]> {
  const sent = (table: string, parameter: string): string =>
    `SELECT topic, kafka_partition, kafka_offset, message_id FROM ${table}` +
    ` WHERE status = 'sent' AND sent_at < ${parameter} AND kafka_offset IS NOT NULL`;
  const rows = await sql.query(
    'SELECT topic, kafka_partition, CAST(kafka_offset AS TEXT) AS kafka_offset, message_id FROM' +
      ' (SELECT topic, kafka_partition, kafka_offset, message_id, ROW_NUMBER() OVER' +
      ' (PARTITION BY topic, kafka_partition ORDER BY kafka_offset DESC) AS place FROM' +
      ` (${sent('outbox', '$1')} UNION ALL ${sent('settled_id', '$2')}) AS known) AS ranked` +
      ' WHERE place = 1',
    [before, before],
  );
  return rows.map((row) => ({
    topic: row['topic'] as string,
    partition: row['kafka_partition'] as number,
    offset: BigInt(row['kafka_offset'] as string),
    messageId: row['message_id'] as string,
  }));
}

export async function look(
  sql: SqlRunner,
  dialect: Dialect,
  messageIds: readonly string[],
): Promise<readonly KnownRecord[]> {
  const ids = [JSON.stringify(messageIds)];
  const these = `message_id ${dialect.among('$1', 'text')}`;
  const whole = await sql.query(
    `SELECT id, message_id, tenant, topic, status, failed_at, published_at FROM record WHERE ${these}`,
    ids,
  );
  const purged = await sql.query(
    'SELECT record_id AS id, message_id, tenant, topic, status, NULL AS failed_at, NULL AS published_at' +
      ` FROM settled_id WHERE ${these}`,
    ids,
  );
  return [
    ...whole.map((row) => ({ row, gone: false })),
    ...purged.map((row) => ({ row, gone: true })),
  ].map(({ row, gone }) => ({
    id: row['id'] as number,
    messageId: row['message_id'] as string,
    tenant: row['tenant'] as string,
    topic: row['topic'] as string,
    status: row['status'] as RecordStatus,
    failedAt: row['failed_at'] as number | null,
    published: row['published_at'] !== null,
    purged: gone,
  }));
}

export async function sentRows(
  sql: SqlRunner,
  afterId: number,
  limit: number,
): Promise<readonly SentRow[]> {
  const rows = await sql.query(
    'SELECT id, message_id, topic, kafka_partition, CAST(kafka_offset AS TEXT) AS kafka_offset' +
      " FROM record WHERE status = 'sent' AND id > $1 ORDER BY id LIMIT $2",
    [afterId, limit],
  );
  return rows.map((row) => ({
    id: row['id'] as number,
    messageId: row['message_id'] as string,
    topic: row['topic'] as string,
    partition: row['kafka_partition'] as number | null,
    offset: row['kafka_offset'] === null ? null : BigInt(row['kafka_offset'] as string),
  }));
}
