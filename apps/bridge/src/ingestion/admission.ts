/** What the bridge may hold before it refuses new records. */
export interface AdmissionLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly freeDisk: { readonly percent: number } | { readonly bytes: number };
}

/** What it holds now. */
export interface AdmissionFacts {
  /** Records that are not settled. */
  readonly rows: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Null where the storage is on another machine. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
}

/** Which limits are reached. Kept between two looks, because a limit opens later than it closes. */
export interface Closed {
  readonly rows: boolean;
  readonly bytes: boolean;
  readonly disk: boolean;
}

export const ALL_OPEN: Closed = { rows: false, bytes: false, disk: false };

/** Opens again at 90 % of the limit, so that the door does not flap at the limit. */
const REOPEN_AT = 0.9;

/** Decides which limits are reached. Pure; the drain is never a matter of it. */
export function admit(before: Closed, facts: AdmissionFacts, limits: AdmissionLimits): Closed {
  const atLimit = (was: boolean, use: number, limit: number): boolean =>
    use >= (was ? limit * REOPEN_AT : limit);
  return {
    rows: atLimit(before.rows, facts.rows, limits.rows),
    bytes: atLimit(before.bytes, facts.bytes, limits.bytes),
    disk: facts.disk !== null && diskLow(before.disk, facts.disk, limits.freeDisk),
  };
}

/** Free bytes below which new records are refused. */
export function minFreeBytes(totalBytes: number, limit: AdmissionLimits['freeDisk']): number {
  return 'bytes' in limit ? limit.bytes : (totalBytes * limit.percent) / 100;
}

function diskLow(
  was: boolean,
  disk: { readonly freeBytes: number; readonly totalBytes: number },
  limit: AdmissionLimits['freeDisk'],
): boolean {
  const least = minFreeBytes(disk.totalBytes, limit);
  return disk.freeBytes < (was ? least / REOPEN_AT : least);
}

/**
 * Seconds after which a refused caller may come again: the time that the drain needs for what is too much,
 * within 1 to 5, spread so that callers do not come back all at once.
 * @param excess records above the level at which the door opens.
 * @param drainPerSecond records settled each second lately.
 * @param random from 0 up to 1.
 */
export function retryAfterSeconds(excess: number, drainPerSecond: number, random: number): number {
  const needed = drainPerSecond > 0 ? excess / drainPerSecond : 5;
  const bounded = Math.min(Math.max(needed, 1), 4);
  return Math.min(5, Math.ceil(bounded + random));
}
