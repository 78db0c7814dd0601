/** Wrong keys from one address within the window that are told as such. */
const TOLD = 20;
const WINDOW_MS = 10_000;
/** Addresses that are remembered; the one that began first is forgotten for a new one. */
const MAX_ADDRESSES = 10_000;

interface Window {
  readonly endsAt: number;
  count: number;
}

/**
 * Counts wrong keys by address (OWASP ASVS 6.3.1). A valid key is never refused for them: behind a proxy everybody has
 * the same address, and a key of 256 random bits is not guessed. What it spares is the log, and whoever guesses learns it.
 */
export class Failures {
  private readonly windows = new Map<string, Window>();

  /** @returns seconds to wait when there were too many, else null; `isFirst` at the moment they become too many. */
  note(address: string, now: number): { readonly waitS: number; readonly isFirst: boolean } | null {
    const known = this.windows.get(address);
    const window = known === undefined || known.endsAt <= now ? this.begin(address, now) : known;
    window.count++;
    if (window.count <= TOLD) return null;
    return { waitS: Math.ceil((window.endsAt - now) / 1_000), isFirst: window.count === TOLD + 1 };
  }

  private begin(address: string, now: number): Window {
    this.windows.delete(address);
    const [oldest] = this.windows.keys();
    if (this.windows.size >= MAX_ADDRESSES && oldest !== undefined) this.windows.delete(oldest);
    const window = { endsAt: now + WINDOW_MS, count: 0 };
    this.windows.set(address, window);
    return window;
  }
}
