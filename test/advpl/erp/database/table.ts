import { AdvplDate, type Value } from '../run/values.js';
import { blankOf, stored, type TableDefinition } from './definition.js';
import { indexKey, type Values } from './index-key.js';
import type { RowLock } from './row-lock.js';
import { OrderedIndex } from './ordered-index.js';

export interface Row {
  readonly recno: number;
  /** Replaced as a whole, so that a work area's copy is the old list. */
  values: Values;
  deleted: boolean;
  /** Not in the database: appended and not written yet, or rolled back. */
  absent: boolean;
  lock: RowLock | null;
}

/** A value as tests write and read it; a date is `yyyymmdd`. */
export type Plain = string | number | boolean;

/** The rows of one table. What is written is there for every thread at once, committed or not. */
export class Table {
  private readonly rows: Row[] = [];
  private readonly orders: readonly {
    readonly key: (values: Values) => string;
    readonly index: OrderedIndex;
  }[];
  private readonly positions: ReadonlyMap<string, number>;
  readonly blank: Values;

  constructor(readonly definition: TableDefinition) {
    this.orders = definition.indexes.map((expression) => ({
      key: indexKey(definition, expression),
      index: new OrderedIndex(),
    }));
    this.positions = new Map(definition.fields.map(({ name }, at) => [name, at]));
    this.blank = definition.fields.map(blankOf);
  }

  /** From 0; undefined when there is no such column. */
  fieldAt(name: string): number | undefined {
    return this.positions.get(name.toUpperCase());
  }

  get lastRecno(): number {
    return this.rows.length;
  }

  get orderCount(): number {
    return this.orders.length;
  }

  row(recno: number): Row | undefined {
    const row = this.rows[recno - 1];
    return row?.absent === true ? undefined : row;
  }

  /** A row that is in the database only when it has been written. */
  append(): Row {
    const row: Row = {
      recno: this.rows.length + 1,
      values: this.blank,
      deleted: false,
      absent: true,
      lock: null,
    };
    this.rows.push(row);
    return row;
  }

  write(row: Row, values: Values): void {
    if (!row.absent) this.unindex(row);
    row.values = values;
    row.absent = false;
    for (const { key, index } of this.orders) index.add(key(values), row.recno);
  }

  remove(row: Row): void {
    if (!row.absent) this.unindex(row);
    row.absent = true;
  }

  key(order: number, values: Values): string {
    return this.orders[order - 1]!.key(values);
  }

  index(order: number): OrderedIndex {
    return this.orders[order - 1]!.index;
  }

  /** For tests: a committed row; what is not given is blank. */
  insert(values: Readonly<Record<string, Plain>>): number {
    const row = this.append();
    const all = [...this.blank];
    for (const [name, value] of Object.entries(values)) {
      const at = this.fieldAt(name);
      const field = this.definition.fields[at ?? -1];
      if (field === undefined) throw new Error(`${this.definition.alias} has no ${name}`);
      const given: Value = field.type === 'D' ? new AdvplDate(String(value)) : value;
      all[at!] = stored(field, given);
    }
    this.write(row, all);
    return row.recno;
  }

  /** For tests: the rows that are not deleted, text without the blanks at its end. */
  all(): readonly Readonly<Record<string, Plain>>[] {
    return this.rows
      .filter(({ absent, deleted }) => !absent && !deleted)
      .map(({ values }) =>
        Object.fromEntries(
          this.definition.fields.map(({ name }, at) => [name, plain(values[at]!)]),
        ),
      );
  }

  private unindex(row: Row): void {
    for (const { key, index } of this.orders) index.remove(key(row.values), row.recno);
  }
}

function plain(value: Value): Plain {
  if (value instanceof AdvplDate) return value.text;
  return typeof value === 'string' ? value.trimEnd() : (value as number | boolean);
}
