import { CounterChanges, saveCounters, type CounterName } from './counters.js';
import type { Dialect, Row, SqlRunner, SqlValue } from './engine.js';
import { NewsOfCommit } from './news.js';
import type { RecordStatus } from './record.js';

/**
 * What an operation may do inside the group's transaction. Changes of counters and everything that others
 * hear of wait for the commit, so that a rolled back operation leaves no trace and can be run again.
 */
export class Transaction implements SqlRunner {
  readonly changes = new CounterChanges();
  readonly news = new NewsOfCommit();
  private readonly effects: (() => void)[] = [];

  constructor(
    private readonly sql: SqlRunner,
    readonly dialect: Dialect,
    /** Epoch milliseconds; one moment for the whole transaction. */
    readonly now: number,
  ) {}

  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.sql.query(sql, params);
  }

  count(name: CounterName, change: number): void {
    this.changes.add(name, change);
  }

  countRows(status: RecordStatus, change: number): void {
    this.changes.addRows(status, change);
  }

  /** Runs after the commit, before anybody's promise resolves. Must not throw. */
  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  committed(): void {
    for (const effect of this.effects) effect();
  }

  /** Writes the changed counters down: the last statement before the commit, where no rows are added. */
  saveCounters(slot: number): Promise<void> {
    return saveCounters(this.sql, this.dialect, this.changes.ofSlot(slot));
  }
}
