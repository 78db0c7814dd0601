/** How many records are settled each second, from a counter that only grows. */
export class DrainRate {
  private last: { readonly total: number; readonly at: number } | null = null;
  private rate = 0;

  get perSecond(): number {
    return this.rate;
  }

  /** @param now epoch milliseconds. Looks less than half a second apart are left out: they say little. */
  note(total: number, now: number): void {
    if (this.last === null) {
      this.last = { total, at: now };
      return;
    }
    const seconds = (now - this.last.at) / 1_000;
    if (seconds < 0.5) return;
    this.rate = Math.max(0, (total - this.last.total) / seconds);
    this.last = { total, at: now };
  }
}
