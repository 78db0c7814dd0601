/** Nobody waits longer than this for a confirmation. */
const MAX_WAIT_SECONDS = 60;

/** How long a POST waits for Kafka, and what it answers when the wait is over. */
export interface Preference {
  readonly waitMs: number;
  /** True: 202 when Kafka has not confirmed; else 201, the only other success that the ERP's class knows. */
  readonly async: boolean;
  /** For `Preference-Applied`; null when the caller had no wish. */
  readonly applied: string | null;
}

/** Reads `Prefer` (RFC 7240): `wait=<seconds>`, `respond-async`, or both. What is not understood is ignored, as it says. */
export function readPreference(prefer: string | undefined, defaultWaitMs: number): Preference {
  if (prefer === undefined) return { waitMs: defaultWaitMs, async: false, applied: null };
  const wishes = prefer.split(',').map((wish) => wish.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  const async = wishes.includes('respond-async');
  const seconds = wishes
    .map((wish) => /^wait\s*=\s*"?(\d{1,9})"?$/.exec(wish)?.[1])
    .find((match) => match !== undefined);
  const wait = seconds === undefined ? null : Math.min(Number(seconds), MAX_WAIT_SECONDS);
  const applied = [...(async ? ['respond-async'] : []), ...(wait === null ? [] : [`wait=${wait}`])];
  return {
    waitMs: wait === null ? (async ? 0 : defaultWaitMs) : wait * 1_000,
    async,
    applied: applied.length === 0 ? null : applied.join(', '),
  };
}
