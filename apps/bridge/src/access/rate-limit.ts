/** A caller that was quiet for so long may send at once what it may send in that time. */
const WINDOW_S = 10;
const WINDOW_MS = WINDOW_S * 1_000;
/** Keys that are remembered. The one that came first is forgotten for a new one, and begins anew. */
const MAX_KEYS = 10_000;
/** Far below a millisecond, and above what floating point loses on fractions of it. */
const ROUNDING_MS = 1e-3;

/** What is left of a quota, as draft-ietf-httpapi-ratelimit-headers names it. */
export interface Quota {
  /** Whether this one is within it. */
  readonly isIn: boolean;
  /** Requests in the window. */
  readonly limit: number;
  readonly windowS: number;
  readonly remaining: number;
  /** Seconds until all of it is there again. */
  readonly resetS: number;
  /** Seconds until one more is; 0 where it is within it. */
  readonly waitS: number;
}

/**
 * A token bucket for each key, kept as one number: when it would be full again (the generic cell rate algorithm). What is
 * refused takes nothing, so whoever goes on asking is served at the rate that he has.
 */
export class RateLimit {
  private readonly fullAt = new Map<string, number>();

  /** @param perSecond on average over ten seconds. */
  constructor(private readonly perSecond: number) {}

  /** @param now milliseconds of a clock that never goes back. */
  take(key: string, now: number): Quota {
    const intervalMs = 1_000 / this.perSecond;
    const before = Math.max(this.fullAt.get(key) ?? 0, now);
    const after = before + intervalMs;
    const isIn = after - now <= WINDOW_MS + ROUNDING_MS;
    if (isIn) this.remember(key, after);
    const usedMs = (isIn ? after : before) - now - ROUNDING_MS;
    return {
      isIn,
      limit: this.perSecond * WINDOW_S,
      windowS: WINDOW_S,
      remaining: Math.max(0, Math.floor((WINDOW_MS - usedMs) / intervalMs)),
      resetS: Math.max(0, Math.ceil(usedMs / 1_000)),
      waitS: isIn ? 0 : Math.max(1, Math.ceil((after - now - WINDOW_MS) / 1_000)),
    };
  }

  private remember(key: string, fullAt: number): void {
    if (!this.fullAt.has(key) && this.fullAt.size >= MAX_KEYS) {
      const [oldest] = this.fullAt.keys();
      if (oldest !== undefined) this.fullAt.delete(oldest);
    }
    this.fullAt.set(key, fullAt);
  }
}

/** Whoever has one IPv6 address has the 2^64 beside it (RFC 6177). */
export function addressKey(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':');
}
