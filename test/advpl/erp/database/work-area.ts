import { FatalError, RunTimeError } from '../run/faults.js';
import type { Value } from '../run/values.js';
import { stored } from './definition.js';
import type { Values } from './index-key.js';
import { tryLock, type LockOwner } from './row-lock.js';
import type { Row, Table } from './table.js';
import type { ErpTransaction } from './transaction.js';

/** A thread that has a table open. */
export interface AreaOwner extends LockOwner {
  readonly transaction: ErpTransaction;
}

/**
 * One table as one thread has it open: order, position, and a copy of the row as it was when the thread came to it. Only `RecLock` reads the
 * row again, so a copy may be old.
 */
export class WorkArea {
  order = 1;
  found = false;
  bof = false;
  /** Null: behind the last one. */
  private row: Row | null = null;
  private copy: Values;
  private changed = false;

  constructor(
    readonly table: Table,
    private readonly owner: AreaOwner,
  ) {
    this.copy = table.blank;
    this.goTop();
  }

  get eof(): boolean {
    return this.row === null;
  }

  get recno(): number {
    return this.row?.recno ?? this.table.lastRecno + 1;
  }

  get deleted(): boolean {
    return this.row?.deleted ?? false;
  }

  read(name: string): Value {
    return this.copy[this.position(name)]!;
  }

  /** @param at from 0 */
  readAt(at: number): Value {
    return this.copy[at] ?? null;
  }

  write(name: string, value: Value): void {
    this.writeAt(this.position(name), value);
  }

  writeAt(at: number, value: Value): void {
    const { alias, fields } = this.table.definition;
    const field = fields[at];
    if (field === undefined) throw new RunTimeError(`${alias} has no field ${at + 1}`);
    if (this.row === null || this.row.lock?.owner !== this.owner)
      throw new RunTimeError(`${alias}->${field.name} is written without a lock`);
    this.copy = this.copy.with(at, stored(field, value));
    this.changed = true;
  }

  goTo(recno: number): void {
    this.bof = false;
    this.moveTo(this.table.row(recno) ?? null);
  }

  goTop(): void {
    this.bof = false;
    this.moveTo(this.next('', 0));
  }

  skip(count: number): void {
    this.bof = false;
    for (let left = count; left > 0 && this.row !== null; left -= 1)
      this.moveTo(this.next(this.key(), this.row.recno));
    for (let left = count; left < 0; left += 1) {
      const before = this.previous(this.row === null ? '\u{ffff}' : this.key(), this.recno);
      if (before === null) {
        this.bof = true;
        return;
      }
      this.moveTo(before);
    }
  }

  /** @param soft whether a key that is not there leaves the area on the next one */
  seek(key: string, soft: boolean): boolean {
    if (this.order === 0) throw new RunTimeError('DbSeek in order 0');
    const next = this.next(key, 0);
    this.found = next !== null && this.table.key(this.order, next.values).startsWith(key);
    this.bof = false;
    this.moveTo(this.found || soft ? next : null);
    return this.found;
  }

  setOrder(order: number): void {
    if (order < 0 || order > this.table.orderCount)
      throw new RunTimeError(`${this.table.definition.alias} has no order ${order}`);
    this.order = order;
  }

  /** A new row, locked; others see it once it is written. */
  append(): void {
    const row = this.table.append();
    tryLock(row, this.owner);
    this.moveTo(row);
    this.changed = true;
  }

  /** The row that a lock is wanted of. */
  get lockable(): Row {
    if (this.row === null)
      throw new RunTimeError(`${this.table.definition.alias} is locked behind its last row`);
    return this.row;
  }

  delete(): void {
    const row = this.lockable;
    if (row.lock?.owner !== this.owner)
      throw new RunTimeError(`${this.table.definition.alias} is deleted without a lock`);
    this.flush();
    row.deleted = true;
    this.owner.transaction.note(() => {
      row.deleted = false;
    });
  }

  /** Reads the row again. False when it is gone: whoever wrote it has taken it back. */
  refresh(): boolean {
    if (this.row === null || this.row.absent) {
      if (this.row !== null && this.row.lock?.owner === this.owner && this.changed) return true;
      this.row = null;
      this.copy = this.table.blank;
      return false;
    }
    if (!this.changed) this.copy = this.row.values;
    return true;
  }

  /** Writes what has been changed. */
  flush(): void {
    const { row, table } = this;
    if (!this.changed || row === null) return;
    this.changed = false;
    const { values, absent } = row;
    table.write(row, this.copy);
    this.owner.transaction.note(() => {
      if (absent) table.remove(row);
      else table.write(row, values);
    });
  }

  /** Forgets what has not been written. */
  drop(): void {
    this.changed = false;
  }

  private moveTo(row: Row | null): void {
    this.flush();
    this.row = row;
    this.copy = row?.values ?? this.table.blank;
  }

  private key(): string {
    return this.order === 0 ? '' : this.table.key(this.order, this.copy);
  }

  private next(key: string, recno: number): Row | null {
    return this.visible(key, recno, 1);
  }

  private previous(key: string, recno: number): Row | null {
    return this.visible(key, recno, -1);
  }

  /** The nearest row in one direction that is there and not deleted. */
  private visible(key: string, recno: number, direction: 1 | -1): Row | null {
    if (this.order === 0) {
      for (let at = recno + direction; at >= 1 && at <= this.table.lastRecno; at += direction) {
        const row = this.table.row(at);
        if (row !== undefined && !row.deleted) return row;
      }
      return null;
    }
    const index = this.table.index(this.order);
    let entry = direction === 1 ? index.after(key, recno) : index.before(key, recno);
    while (entry !== undefined) {
      const row = this.table.row(entry.recno);
      if (row !== undefined && !row.deleted) return row;
      entry =
        direction === 1
          ? index.after(entry.key, entry.recno)
          : index.before(entry.key, entry.recno);
    }
    return null;
  }

  private position(name: string): number {
    const at = this.table.fieldAt(name);
    if (at === undefined)
      throw new FatalError(`${this.table.definition.alias} has no field ${name}`);
    return at;
  }
}
