const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };
const DURATION = String.raw`\d+(?:ms|[smhd])`;
/** Of a rule: how long it must hold, over which time it looks, and how far back. */
const IN_RULES = new RegExp(String.raw`(?<=\bfor: |\[|\boffset )${DURATION}\b`, 'g');
const INTERVALS = new RegExp(String.raw`(?<=\b(?:scrape|evaluation)_interval: )${DURATION}`, 'g');
const TIMEOUT = new RegExp(String.raw`(?<=\bscrape_timeout: )${DURATION}`);
const RANGES = new RegExp(String.raw`\[(${DURATION})\]`, 'g');
const LEAST_INTERVAL_SECONDS = 1;

/** Seconds of a duration of Prometheus with one unit, such as `15m`. */
export function secondsOf(duration: string): number {
  const [, number, unit = ''] = /^(\d+)(ms|[smhd])$/.exec(duration) ?? [];
  const seconds = UNITS[unit];
  if (seconds === undefined) throw new RangeError(`${duration} is no duration.`);
  return Number(number) * seconds;
}

/** The rules with each duration divided by `pace`: thresholds stay as they are. A pace of 1 leaves every byte. */
export function pacedRules(rules: string, pace: number): string {
  if (pace === 1) return rules;
  return rules.replaceAll(
    IN_RULES,
    (found) => `${Math.round((secondsOf(found) * 1_000) / pace)}ms`,
  );
}

export interface Target {
  /** The port of the bridge. */
  readonly port: number;
  readonly pace: number;
}

/** Prometheus' configuration for this bridge, its intervals divided by `pace` (no shorter than a second). */
export function pacedConfiguration(configuration: string, { port, pace }: Target): string {
  const addressed = configuration.replace('127.0.0.1:8081', `127.0.0.1:${port}`);
  if (pace === 1) return addressed;
  const shorter = (found: string): string => `${interval(secondsOf(found), pace)}s`;
  return addressed.replaceAll(INTERVALS, shorter).replace(TIMEOUT, `${LEAST_INTERVAL_SECONDS}s`);
}

/** Seconds between two scrapes, and between two evaluations, at this pace. */
export function intervalsOf(configuration: string): { scrape: number; evaluation: number } {
  const [scrape = '', evaluation = ''] = configuration.match(INTERVALS) ?? [];
  return { scrape: secondsOf(scrape), evaluation: secondsOf(evaluation) };
}

/** The longest time that the expression looks back over, in seconds; 0 when it looks at this moment only. */
export function windowOf(expression: string): number {
  const found = [...expression.matchAll(RANGES)].map(([, duration = '']) => secondsOf(duration));
  return Math.max(0, ...found);
}

function interval(seconds: number, pace: number): number {
  return Math.max(LEAST_INTERVAL_SECONDS, Math.round(seconds / pace));
}
