import { until } from '../../support/bridge-api.js';

/** Why `GET /health/ready` says no, as a code; null when it says yes. */
export async function readyCode(url: string): Promise<string | null> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) });
  const { code } = (await response.json()) as { readonly code?: string };
  if (response.ok) return null;
  return code ?? String(response.status);
}

/** Waits until readiness says this; null: that a POST would be accepted. */
export async function untilReadyIs(
  url: string,
  wanted: string | null,
  withinMs?: number,
): Promise<void> {
  await until(
    `readiness says ${wanted ?? 'yes'}`,
    () => readyCode(url),
    (code) => code === wanted,
    withinMs,
  );
}
