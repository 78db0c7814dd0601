import type { Value } from './values.js';

/** A variable; passed as it is when an argument is given by reference. */
export interface Cell {
  value: Value;
}

/** The variables of one call of a function, or of a code block inside one. */
export class Frame {
  private readonly cells = new Map<string, Cell>();

  constructor(
    readonly file: string,
    private readonly parent: Frame | null = null,
  ) {}

  declare(key: string, cell: Cell): void {
    this.cells.set(key, cell);
  }

  find(key: string): Cell | undefined {
    return this.cells.get(key) ?? this.parent?.find(key);
  }
}
