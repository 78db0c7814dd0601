const WINDOW_MS = 10_000;

/**
 * What happens for each connection of a flood must not be a line for each: of one kind, the first in ten seconds is told,
 * with how many there were since the last line.
 */
export class Repeats {
  private readonly kinds = new Map<string, { tellAt: number; untold: number }>();

  /**
   * @param kind one of few: they are kept.
   * @param now epoch milliseconds.
   * @returns how many of the kind were not told before this one; null: this one is not told either.
   */
  note(kind: string, now: number): number | null {
    const known = this.kinds.get(kind);
    if (known !== undefined && now < known.tellAt) {
      known.untold++;
      return null;
    }
    this.kinds.set(kind, { tellAt: now + WINDOW_MS, untold: 0 });
    return known?.untold ?? 0;
  }
}
