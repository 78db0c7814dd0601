import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is what is waited for. @throws Error with the last answer when it is not in time. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  good: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last: unknown = 'nothing';
  for (;;) {
    try {
      const answer = await ask();
      if (good(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const text = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`${what}: not within ${withinMs} ms; last: ${text}`);
    }
    await delay(50);
  }
}
