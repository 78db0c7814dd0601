import type { Dialect, PageRunner, SqlRunner } from './engine.js';
import { conditions, cursorAfter, idOfCursor, namedIn, Parameters } from './filter.js';
import type {
  ArrivedRecord,
  DeadLetter,
  DueTransaction,
  Page,
  PageRequest,
  PipelineState,
  RecordFilter,
  Sight,
} from './outbox.store.js';
import { PIPELINE_COLUMNS, pipelineOf } from './pipeline-row.js';
import { NO_TENANT, type Attempt, type OutboxRecord, type RecordState } from './record.js';
import {
  attemptOf,
  DEAD_LETTER_COLUMNS,
  deadLetterOf,
  RECORD_COLUMNS,
  recordOf,
  SETTLED_STATE_COLUMNS,
  STATE_COLUMNS,
  stateOf,
} from './rows.js';

const MAX_PAGE = 500;

/** What the relay asks. No statement here costs more when there are more sent rows. */
export class RelayReads {
  /** @param lanes what is asked is about the records of these lanes; null: of all. */
  constructor(
    private readonly sql: PageRunner,
    private readonly dialect: Dialect,
    private readonly lanes: readonly number[] | null = null,
  ) {}

  async pendingPage(request: PageRequest): Promise<readonly OutboxRecord[]> {
    const p = new Parameters();
    const { modulo, remainder } = request.lanes;
    const some = modulo === 1 ? '' : ` AND lane % ${p.add(modulo)} = ${p.add(remainder)}`;
    const candidates =
      `SELECT id, bytes FROM record WHERE status = 'pending'${some}${this.ofLanes(p)}` +
      ofTenant(request.tenant, p) +
      ` AND delivery = ${p.add(request.delivery)} AND id > ${p.add(request.afterId)}` +
      ` ORDER BY id LIMIT ${p.add(request.limit)}`;
    return this.page(candidates, request.maxBytes, p);
  }

  /** One look into the index a tenant, however much each has waiting. */
  async waitingTenants(): Promise<readonly string[]> {
    const next = (after: string): string =>
      `SELECT MIN(tenant) FROM record WHERE status = 'pending' AND tenant <> ''${after}`;
    const rows = await this.sql.query(
      `WITH RECURSIVE waiting(tenant) AS (${next('')} UNION ALL` +
        ` SELECT (${next(' AND tenant > waiting.tenant')}) FROM waiting WHERE waiting.tenant IS NOT NULL)` +
        ' SELECT tenant FROM waiting WHERE tenant IS NOT NULL',
    );
    return rows.map((row) => row['tenant'] as string);
  }

  async pendingOfTopic(
    topic: string,
    partition: number | null,
    limit: number,
    maxBytes: number,
  ): Promise<readonly OutboxRecord[]> {
    const p = new Parameters();
    const ofTopic = `topic = ${p.add(topic)}`;
    const ofPartition = partition === null ? '' : ` AND kafka_partition = ${p.add(partition)}`;
    const candidates =
      `SELECT id, bytes FROM record WHERE status = 'pending' AND ${ofTopic}${ofPartition}` +
      `${this.ofLanes(p)} ORDER BY id LIMIT ${p.add(limit)}`;
    return this.page(candidates, maxBytes, p);
  }

  async dueRetries(now: number, limit: number): Promise<readonly OutboxRecord[]> {
    const p = new Parameters();
    const rows = await this.sql.query(
      `SELECT ${RECORD_COLUMNS} FROM record WHERE id IN (SELECT id FROM record` +
        ` WHERE status = 'failed' AND next_at <= ${p.add(now)} AND transaction_id IS NULL` +
        `${this.ofLanes(p)} ORDER BY id LIMIT ${p.add(limit)}) ORDER BY id`,
      p.values,
    );
    return rows.map(recordOf);
  }

  async dueTransactions(
    now: number,
    afterId: number,
    limit: number,
  ): Promise<readonly DueTransaction[]> {
    const p = new Parameters();
    const rows = await this.sql.query(
      'SELECT transaction_id, id FROM record WHERE' +
        ` status = 'failed' AND next_at <= ${p.add(now)} AND id > ${p.add(afterId)}` +
        ` AND transaction_id IS NOT NULL${this.ofLanes(p)}` +
        ' AND NOT EXISTS (SELECT 1 FROM record AS earlier' +
        ' WHERE earlier.transaction_id = record.transaction_id AND earlier.transaction_id IS NOT NULL' +
        " AND earlier.status <> 'sent' AND earlier.id < record.id)" +
        ` ORDER BY id LIMIT ${p.add(limit)}`,
      p.values,
    );
    return rows.map((row) => ({
      id: row['transaction_id'] as string,
      firstId: row['id'] as number,
    }));
  }

  async ofTransaction(transactionId: string): Promise<readonly OutboxRecord[]> {
    const rows = await this.sql.query(
      `SELECT ${RECORD_COLUMNS} FROM record WHERE transaction_id = $1` +
        " AND transaction_id IS NOT NULL AND status <> 'sent' ORDER BY id",
      [transactionId],
    );
    return rows.map(recordOf);
  }

  async homeLanes(transactionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.sql.query(
      'SELECT transaction_id, lane FROM record WHERE id IN (SELECT MIN(id) FROM record' +
        " WHERE transaction_id IS NOT NULL AND status <> 'sent'" +
        ` AND transaction_id ${this.dialect.among('$1', 'text')} GROUP BY transaction_id)`,
      [JSON.stringify(transactionIds)],
    );
    return new Map(rows.map((row) => [row['transaction_id'] as string, row['lane'] as number]));
  }

  async arrived(transactionIds: readonly string[]): Promise<readonly ArrivedRecord[]> {
    const rows = await this.sql.query(
      'SELECT id, topic, "key", lane, transaction_id FROM record JOIN arrived ON arrived.record_id = record.id' +
        " WHERE transaction_id IS NOT NULL AND status <> 'sent'" +
        ` AND transaction_id ${this.dialect.among('$1', 'text')}`,
      [JSON.stringify(transactionIds)],
    );
    return rows.map((row) => ({
      id: row['id'] as number,
      topic: row['topic'] as string,
      key: row['key'] as Buffer | null,
      lane: row['lane'] as number,
      transactionId: row['transaction_id'] as string,
    }));
  }

  async nextRetryAt(): Promise<number | null> {
    const p = new Parameters();
    const [row] = await this.sql.query(
      `SELECT MIN(next_at) AS next_at FROM record WHERE status = 'failed'${this.ofLanes(p)}`,
      p.values,
    );
    return (row?.['next_at'] ?? null) as number | null;
  }

  async keysInStatus(status: 'failed' | 'dlq') {
    const literal = status === 'failed' ? "'failed'" : "'dlq'";
    const p = new Parameters();
    const rows = await this.sql.query(
      `SELECT id, topic, "key", replays, transaction_id FROM record WHERE status = ${literal}` +
        `${this.ofLanes(p)} ORDER BY id`,
      p.values,
    );
    return rows.map((row) => ({
      id: row['id'] as number,
      topic: row['topic'] as string,
      key: row['key'] as Buffer | null,
      replays: row['replays'] as number,
      transaction: row['transaction_id'] as string | null,
    }));
  }

  async unpublishedDeadLetters(limit: number, maxBytes: number): Promise<readonly DeadLetter[]> {
    const p = new Parameters();
    const candidates =
      "SELECT id, bytes FROM record WHERE status = 'dlq' AND published_at IS NULL" +
      `${this.ofLanes(p)} ORDER BY id LIMIT ${p.add(limit)}`;
    const rows = await this.sql.query(
      whole(DEAD_LETTER_COLUMNS, candidates, maxBytes, p),
      p.values,
    );
    return rows.map(deadLetterOf);
  }

  async load(ids: readonly number[]): Promise<readonly OutboxRecord[]> {
    const rows = await this.sql.query(
      `SELECT ${RECORD_COLUMNS} FROM record WHERE id ${this.dialect.among('$1', 'bigint')}` +
        " AND status IN ('pending', 'failed', 'dlq') ORDER BY id",
      [JSON.stringify(ids)],
    );
    return rows.map(recordOf);
  }

  async lastId(): Promise<number> {
    const [row] = await this.sql.query(this.dialect.lastId);
    return row?.['id'] as number;
  }

  async pipelines(): Promise<readonly PipelineState[]> {
    const rows = await this.sql.query(`SELECT ${PIPELINE_COLUMNS} FROM pipeline ORDER BY name`);
    return rows.map(pipelineOf);
  }

  async pipeline(name: string): Promise<PipelineState | null> {
    const [row] = await this.sql.query(`SELECT ${PIPELINE_COLUMNS} FROM pipeline WHERE name = $1`, [
      name,
    ]);
    return row === undefined ? null : pipelineOf(row);
  }

  private ofLanes(p: Parameters): string {
    if (this.lanes === null) return '';
    return ` AND lane ${this.dialect.among(p.add(JSON.stringify(this.lanes)), 'bigint')}`;
  }

  private async page(
    candidates: string,
    maxBytes: number,
    p: Parameters,
  ): Promise<readonly OutboxRecord[]> {
    const rows = await this.sql.page(whole(RECORD_COLUMNS, candidates, maxBytes, p), p.values);
    return rows.map(recordOf);
  }
}

/**
 * Whole rows of the candidates, until their bytes pass the bound (one row at least). The sizes are in the
 * index, so the bound is found without touching a value: a page must not bring 1,000 rows of 1 MiB to memory.
 */
function whole(columns: string, candidates: string, maxBytes: number, p: Parameters): string {
  return (
    `SELECT ${columns} FROM record WHERE id IN (SELECT id FROM (SELECT id,` +
    ` SUM(bytes) OVER (ORDER BY id) - bytes AS before FROM (${candidates}) AS candidate) AS sized` +
    ` WHERE before <= ${p.add(maxBytes)}) ORDER BY id`
  );
}

/** What people and monitors ask. */
export class AskReads {
  constructor(
    private readonly sql: SqlRunner,
    private readonly dialect: Dialect,
    private readonly outboxId: string,
  ) {}

  async find(messageId: string, sight: Sight): Promise<RecordState | null> {
    const p = new Parameters();
    const named = namedIn(messageId, sight, p);
    const [row] = await this.sql.query(
      `SELECT ${STATE_COLUMNS} FROM record WHERE ${named}`,
      p.values,
    );
    if (row !== undefined) return stateOf(row, false);
    const [settled] = await this.sql.query(
      `SELECT ${SETTLED_STATE_COLUMNS} FROM settled_id WHERE ${named}`,
      p.values,
    );
    return settled === undefined ? null : stateOf(settled, true);
  }

  async pendingOfTenant(tenant: string, limit: number): Promise<number> {
    // Spelled out for the planner: the index holds nobody's records.
    const [row] = await this.sql.query(
      "SELECT COUNT(*) AS n FROM (SELECT 1 FROM record WHERE status = 'pending' AND tenant <> ''" +
        ' AND tenant = $1 LIMIT $2) AS waiting',
      [tenant, limit],
    );
    return Number(row?.['n'] ?? 0);
  }

  async settledOf(ids: readonly number[]): Promise<readonly RecordState[]> {
    const rows = await this.sql.query(
      `SELECT ${STATE_COLUMNS} FROM record WHERE id ${this.dialect.among('$1', 'bigint')}` +
        " AND status IN ('sent', 'dlq')",
      [JSON.stringify(ids)],
    );
    return rows.map((row) => stateOf(row, false));
  }

  async attempts(id: number): Promise<readonly Attempt[]> {
    const rows = await this.sql.query(
      'SELECT "number", at, code, error FROM attempt WHERE record_id = $1 ORDER BY id',
      [id],
    );
    return rows.map(attemptOf);
  }

  async list(filter: RecordFilter, limit: number, cursor?: string): Promise<Page<RecordState>> {
    if (!(limit >= 1 && limit <= MAX_PAGE)) {
      throw new RangeError(`A page has 1 to ${MAX_PAGE} records.`);
    }
    const p = new Parameters();
    const wanted = [...conditions(filter, p)];
    if (cursor !== undefined) wanted.push(`id < ${p.add(idOfCursor(this.outboxId, cursor))}`);
    const newest = (...more: readonly string[]): string => {
      const where = [...wanted, ...more].join(' AND ');
      return `SELECT ${STATE_COLUMNS} FROM record${where === '' ? '' : ` WHERE ${where}`} ORDER BY id DESC LIMIT ${size}`;
    };
    const size = p.add(limit + 1);
    // The index of pending rows is in the order of ids within a delivery mode, so each gives its newest.
    const sql =
      filter.status === 'pending'
        ? `${ofEachDelivery((delivery) => newest(delivery))} ORDER BY id DESC LIMIT ${size}`
        : newest();
    const rows = await this.sql.query(sql, p.values);
    const items = rows.slice(0, limit).map((row) => stateOf(row, false));
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, cursor: last === undefined ? null : cursorAfter(this.outboxId, last.id) };
  }

  async deadLetter(messageId: string, sight: Sight): Promise<DeadLetter | null> {
    const p = new Parameters();
    const [row] = await this.sql.query(
      `SELECT ${DEAD_LETTER_COLUMNS} FROM record WHERE status = 'dlq' AND ${namedIn(messageId, sight, p)}`,
      p.values,
    );
    return row === undefined ? null : deadLetterOf(row);
  }

  async countDeadLetters(
    filter: RecordFilter,
  ): Promise<readonly { readonly topic: string; readonly code: string; readonly count: number }[]> {
    const p = new Parameters();
    const wanted = conditions({ ...filter, status: 'dlq' }, p).join(' AND ');
    const rows = await this.sql.query(
      `SELECT topic, last_error_code AS code, COUNT(*) AS count FROM record WHERE ${wanted}` +
        ' GROUP BY topic, last_error_code ORDER BY topic, last_error_code',
      p.values,
    );
    return rows as unknown as readonly { topic: string; code: string; count: number }[];
  }

  async oldestOpenAt(): Promise<number | null> {
    const oldest = (status: string, more = ''): string =>
      `SELECT created_at FROM record WHERE status = '${status}'${more} ORDER BY id LIMIT 1`;
    const [row] = await this.sql.query(
      'SELECT MIN(created_at) AS created_at FROM (' +
        ofEachDelivery((delivery) => oldest('pending', ` AND ${delivery}`)) +
        ` UNION ALL SELECT * FROM (${oldest('failed')}) AS failed) AS oldest`,
    );
    return (row?.['created_at'] ?? null) as number | null;
  }
}

/** An index of each tenant's records is there for those of tenants only, and the planner has to see that. */
function ofTenant(tenant: string | undefined, p: Parameters): string {
  if (tenant === undefined) return '';
  return tenant === NO_TENANT
    ? " AND tenant = ''"
    : ` AND tenant <> '' AND tenant = ${p.add(tenant)}`;
}

/** One statement over both delivery modes, each asked for itself. */
function ofEachDelivery(select: (delivery: string) => string): string {
  return (['exactly-once', 'at-least-once'] as const)
    .map((mode, n) => `SELECT * FROM (${select(`delivery = '${mode}'`)}) AS mode${n}`)
    .join(' UNION ALL ');
}
