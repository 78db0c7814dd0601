import { RunTimeError } from '../run/faults.js';
import type { Table } from './table.js';
import { WorkArea, type AreaOwner } from './work-area.js';

/** The tables that one thread has open, and which of them is the current one. */
export class WorkAreas {
  private readonly open = new Map<string, WorkArea>();
  private current = '';

  constructor(
    private readonly owner: AreaOwner,
    private readonly dictionary: { tableOf(alias: string): Table | undefined },
  ) {}

  get currentAlias(): string {
    return this.current;
  }

  get currentArea(): WorkArea {
    return this.get(this.current);
  }

  isOpen(alias: string): boolean {
    return this.open.has(alias);
  }

  /** Counted from 1; 0 when it is not open. */
  numberOf(alias: string): number {
    return [...this.open.keys()].indexOf(alias) + 1;
  }

  get(alias: string): WorkArea {
    const area = this.open.get(alias);
    if (area === undefined) throw new RunTimeError(`alias ${alias || '(none)'} does not exist`);
    return area;
  }

  /** Of a table that is open already. */
  select(alias: string): void {
    this.get(alias);
    this.current = alias;
  }

  /** Back to one that was current; it may have been closed meanwhile. */
  reselect(alias: string): void {
    this.current = this.open.has(alias) ? alias : '';
  }

  /** DbSelectArea(): opens the table when it is not open. */
  openAndSelect(alias: string): void {
    if (!this.tryOpen(alias)) throw new RunTimeError(`table ${alias} is not in the dictionary`);
    this.current = alias;
  }

  tryOpen(alias: string): boolean {
    if (this.open.has(alias)) return true;
    const table = this.dictionary.tableOf(alias);
    if (table === undefined) return false;
    this.open.set(alias, new WorkArea(table, this.owner));
    return true;
  }

  close(alias: string): void {
    this.open.get(alias)?.flush();
    this.open.delete(alias);
    this.reselect(this.current);
  }

  each(action: (area: WorkArea) => void): void {
    for (const area of this.open.values()) action(area);
  }
}
