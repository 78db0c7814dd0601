/** What one cell, or several rounds of it together, came to. */
export interface Measurement {
  readonly seconds: number;
  /** One entry for each answer that came as expected within the time, in no order. */
  readonly latenciesMs: Float64Array;
  /** 1, or how many records a list has. */
  readonly recordsPerAnswer: number;
  /** What else happened, and how often. */
  readonly unexpected: Readonly<Record<string, number>>;
}

export interface Figures {
  /** Records. */
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export function merge(rounds: readonly Measurement[]): Measurement {
  const unexpected: Record<string, number> = {};
  for (const round of rounds) {
    for (const [what, count] of Object.entries(round.unexpected)) {
      unexpected[what] = (unexpected[what] ?? 0) + count;
    }
  }
  return {
    seconds: rounds.reduce((sum, { seconds }) => sum + seconds, 0),
    latenciesMs: Float64Array.from(rounds.flatMap(({ latenciesMs }) => [...latenciesMs])),
    recordsPerAnswer: rounds[0]?.recordsPerAnswer ?? 1,
    unexpected,
  };
}

export function figuresOf({ seconds, latenciesMs, recordsPerAnswer }: Measurement): Figures {
  const sorted = latenciesMs.toSorted();
  return {
    perSecond: (sorted.length * recordsPerAnswer) / seconds,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
  };
}

/** The nearest-rank percentile of ascending values: a value that was measured, never one in between. NaN of none. */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * ascending.length));
  return ascending[rank - 1] ?? Number.NaN;
}
