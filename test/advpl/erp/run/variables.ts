import type { Cell } from './frame.js';

/** What is not local: privates, seen by whatever is called, and the publics of the environment. */
export class Variables {
  private readonly privates: { readonly key: string; readonly cell: Cell }[] = [];
  readonly publics = new Map<string, Cell>();

  find(key: string): Cell | undefined {
    return this.privates.findLast((each) => each.key === key)?.cell ?? this.publics.get(key);
  }

  push(key: string, cell: Cell): void {
    this.privates.push({ key, cell });
  }

  mark(): number {
    return this.privates.length;
  }

  /** The end of a call: its privates are gone. */
  release(mark: number): void {
    this.privates.length = mark;
  }
}
