interface Entry {
  readonly key: string;
  readonly recno: number;
}

/** The rows' numbers in the order of their keys; rows of one key in the order of their numbers. */
export class OrderedIndex {
  private readonly entries: Entry[] = [];

  add(key: string, recno: number): void {
    this.entries.splice(this.place(key, recno), 0, { key, recno });
  }

  remove(key: string, recno: number): void {
    const at = this.place(key, recno);
    if (this.entries[at]?.recno === recno) this.entries.splice(at, 1);
  }

  /** The first one after this row, or after where it would be. */
  after(key: string, recno: number): Entry | undefined {
    return this.entries[this.place(key, recno + 1)];
  }

  before(key: string, recno: number): Entry | undefined {
    return this.entries[this.place(key, recno) - 1];
  }

  /** How many come before it. */
  private place(key: string, recno: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.entries[middle]!;
      const less = entry.key < key || (entry.key === key && entry.recno < recno);
      if (less) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
