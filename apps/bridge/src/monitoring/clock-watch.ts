/** What the machine's clock does while the process runs, told apart from the time that passes. */
export class ClockWatch {
  private readonly offsetMs: number;

  /**
   * @param now epoch milliseconds, by the clock that somebody may set.
   * @param passed milliseconds by one that nobody can.
   */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly passed: () => number = () => performance.now(),
  ) {
    this.offsetMs = now() - passed();
  }

  /** Seconds since 1970. */
  get seconds(): number {
    return this.now() / 1_000;
  }

  /** Seconds by which the clock was set since this was made: forward above 0, back below it. */
  get stepSeconds(): number {
    return (this.now() - this.passed() - this.offsetMs) / 1_000;
  }
}
