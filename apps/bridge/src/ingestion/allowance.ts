/** Fractions do not add up to whole numbers. */
const ROUNDING_MS = 1e-6;

/**
 * What may be used in a second (a token bucket). It saves up for one second at most. One that is left lets a request of
 * any size in, which is then owed: so a list that is larger than the allowance is not refused for ever.
 */
export class Allowance {
  private left: number;

  /** @param now milliseconds, as in all methods; from any beginning. */
  constructor(
    private perSecond: number,
    private at: number,
  ) {
    this.left = perSecond;
  }

  /** Milliseconds until one is left; 0: there is. */
  waitMs(now: number): number {
    this.refill(now);
    return Math.max(0, Math.ceil(((1 - this.left) / this.perSecond) * 1000 - ROUNDING_MS));
  }

  use(amount: number): void {
    this.left -= amount;
  }

  /** Another rate from now on; what is owed stays owed. */
  setRate(perSecond: number, now: number): void {
    this.refill(now);
    this.perSecond = perSecond;
    this.left = Math.min(this.left, perSecond);
  }

  private refill(now: number): void {
    this.left = Math.min(this.perSecond, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
  }
}
