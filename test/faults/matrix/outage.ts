import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from '../../support/oracle/load.js';

/** A fault that begins, lasts and ends. */
export interface Outage {
  readonly begin: () => Promise<void> | void;
  readonly lastsMs: number;
  readonly end: () => Promise<void> | void;
  /** Waits until the world is well again, where `end` alone does not make it so at once. */
  readonly healed?: () => Promise<void>;
}

const RESUMES_WITHIN_MS = 120_000;

/** One outage under load. Returns the seconds, to the tenth, from its healing to the next confirmed record. */
export async function outage(load: Load, { begin, lastsMs, end, healed }: Outage): Promise<number> {
  await begin();
  await delay(lastsMs);
  await end();
  await healed?.();
  const from = Date.now();
  await load.untilMoreConfirmed(1, RESUMES_WITHIN_MS);
  const seconds = Math.round((Date.now() - from) / 100) / 10;
  await load.untilMoreConfirmed(20);
  return seconds;
}
