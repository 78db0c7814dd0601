import type { Dialect, Row, SqlRunner } from './engine.js';
import type { OutboxStats } from './outbox.store.js';
import type { RecordStatus } from './record.js';
import type { CounterChange } from './staged.js';

const NAMES = [
  'rows_pending',
  'rows_failed',
  'rows_sent',
  'rows_dlq',
  'open_bytes',
  'received',
  'sent',
  'failed',
  'retries',
  'buried',
  'replayed',
  'discarded',
] as const;

export type CounterName = (typeof NAMES)[number];

const ROWS_OF: Readonly<Record<RecordStatus, CounterName>> = {
  pending: 'rows_pending',
  failed: 'rows_failed',
  sent: 'rows_sent',
  dlq: 'rows_dlq',
};

/** What one transaction changes in the counters. */
export class CounterChanges {
  private readonly changes = new Map<CounterName, number>();

  add(name: CounterName, change: number): void {
    this.changes.set(name, (this.changes.get(name) ?? 0) + change);
  }

  addRows(status: RecordStatus, change: number): void {
    this.add(ROWS_OF[status], change);
  }

  entries(): readonly (readonly [CounterName, number])[] {
    return [...this.changes].filter(([, change]) => change !== 0);
  }

  /**
   * As the table has them.
   * @param slot whose rows: instances that changed the same row would wait for each other's fsync.
   */
  ofSlot(slot: number): readonly CounterChange[] {
    return this.entries().map(([name, change]) => ({ name: nameIn(slot, name), change }));
  }
}

/** Adds them to the table, in one statement. */
export async function saveCounters(
  sql: SqlRunner,
  dialect: Dialect,
  changes: readonly CounterChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const changed = dialect.rows('$1', { n: 'text', d: 'bigint' });
  await sql.query(
    `INSERT INTO counter (name, "value") SELECT e.n, e.d FROM ${changed} WHERE true` +
      ' ON CONFLICT (name) DO UPDATE SET "value" = counter."value" + excluded."value"',
    [JSON.stringify(changes.map(({ name, change }) => ({ n: name, d: change })))],
  );
}

type Values = Record<CounterName, number>;

/** The first slot's rows have the plain names, as an outbox of one bridge. */
function nameIn(slot: number, name: CounterName): string {
  return slot === 0 ? name : `${name}@${slot}`;
}

/**
 * The table `counter`, mirrored in memory: `stats()` is never a query. The table changes in the transaction
 * that changes the rows, the mirror after its commit.
 */
export class Counters {
  private values: Values = zeros();

  /**
   * Makes the missing rows of the table and puts right what a recount of the rows themselves finds wrong.
   * The recount walks over the partial indexes alone: its cost does not grow with the sent rows, which are
   * therefore not counted anew.
   */
  async prepare(sql: SqlRunner, dialect: Dialect): Promise<void> {
    for (const name of NAMES) {
      await sql.query(
        'INSERT INTO counter (name, "value") VALUES ($1, 0) ON CONFLICT (name) DO NOTHING',
        [name],
      );
    }
    await this.load(sql);
    const drift = await this.drift(sql);
    await saveCounters(sql, dialect, drift.ofSlot(0));
    this.apply(drift);
  }

  /** The sums over all slots. */
  async load(sql: SqlRunner): Promise<void> {
    const values = zeros();
    for (const row of await sql.query('SELECT name, "value" FROM counter')) {
      const [plain] = (row['name'] as string).split('@');
      const name = NAMES.find((known) => known === plain);
      if (name !== undefined) values[name] += row['value'] as number;
    }
    this.values = values;
  }

  /** @param values of the table's plain names. */
  mirror(values: Readonly<Record<string, number>>): void {
    for (const name of NAMES) this.values[name] = values[name] ?? 0;
  }

  apply(changes: CounterChanges): void {
    for (const [name, change] of changes.entries()) this.values[name] += change;
  }

  /** What the table would have to change to agree with the rows. */
  async drift(sql: SqlRunner): Promise<CounterChanges> {
    const drift = new CounterChanges();
    let bytes = 0;
    for (const status of ['pending', 'failed', 'dlq'] as const) {
      const [row] = await sql.query(recount(status));
      drift.addRows(status, number(row, 'n') - this.values[ROWS_OF[status]]);
      if (status !== 'dlq') bytes += number(row, 'bytes');
    }
    drift.add('open_bytes', bytes - this.values.open_bytes);
    return drift;
  }

  stats(): OutboxStats {
    const { received, sent, failed, retries, buried, replayed, discarded } = this.values;
    return {
      rows: {
        pending: this.values.rows_pending,
        failed: this.values.rows_failed,
        sent: this.values.rows_sent,
        dlq: this.values.rows_dlq,
      },
      openBytes: this.values.open_bytes,
      totals: { received, sent, failed, retries, buried, replayed, discarded },
    };
  }
}

function recount(status: 'pending' | 'failed' | 'dlq'): string {
  const bytes = status === 'dlq' ? '0' : 'COALESCE(SUM(bytes), 0)';
  return `SELECT COUNT(*) AS n, ${bytes} AS bytes FROM record WHERE status = '${status}'`;
}

function number(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

function zeros(): Values {
  const values = {} as Values;
  for (const name of NAMES) values[name] = 0;
  return values;
}
