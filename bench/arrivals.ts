/** When the starts of a constant rate are meant to be, in milliseconds after the first one. */
export class Arrivals {
  /** How many there are in the whole time. */
  readonly total: number;

  constructor(
    private readonly perSecond: number,
    forMs: number,
  ) {
    this.total = Math.ceil((forMs * perSecond) / 1_000);
  }

  /** Of the start of this number, from 0. */
  intendedAt(number: number): number {
    return (number * 1_000) / this.perSecond;
  }

  /** How many should have begun by then. */
  dueBy(elapsedMs: number): number {
    return Math.min(this.total, Math.floor((elapsedMs * this.perSecond) / 1_000) + 1);
  }
}
