/** What `POST /admin/dead-letters/replay` takes at most at once. */
const MOST = 100_000;
const WITHIN_MS = 60_000;

/**
 * Replays the dead letters that match, all of them or the oldest `limit`; gives how many.
 * @throws Error when the bridge does not answer well.
 */
export async function replayMatching(
  url: string,
  filter: { readonly topic: string; readonly code?: string; readonly limit?: number },
): Promise<number> {
  const response = await fetch(`${url}/admin/dead-letters/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ limit: MOST, ...filter }),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const answer = (await response.json()) as { readonly count?: number };
  if (!response.ok || answer.count === undefined) {
    throw new Error(`The replay was answered with ${response.status}: ${JSON.stringify(answer)}`);
  }
  return answer.count;
}
