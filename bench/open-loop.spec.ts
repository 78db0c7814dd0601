import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './closed-loop.js';
import { openLoop } from './open-loop.js';

const PACE = { perSecond: 1_000, connections: 1, maxWaiting: 1_000, warmUpMs: 0, measureMs: 100 };
const STALL_MS = 200;

/** Answers nothing for a while, then everything at once. Its stall is longer than all the starts. */
function stalling(outcome: string | null = null): () => Promise<Client> {
  let first = true;
  const once = async (): Promise<string | null> => {
    const stall = first;
    first = false;
    if (stall) await delay(STALL_MS);
    return outcome;
  };
  return () => Promise.resolve({ once, close: () => undefined });
}

describe('the open loop', () => {
  it('charges a stall to all who were meant to begin in it', async () => {
    const { latency, givenUp } = await openLoop(PACE, stalling());
    expect(latency.count).toBe(100);
    expect(givenUp).toBe(0);
    // The start at 50 ms waits until 200 ms at least; a clock that began when it was sent would say nearly nothing.
    expect(latency.p50).toBeGreaterThan(140);
  });

  it('lets so many wait, and counts those that it gives up', async () => {
    const { latency, givenUp } = await openLoop({ ...PACE, maxWaiting: 9 }, stalling());
    expect(latency.count).toBe(10);
    expect(givenUp).toBe(90);
  });

  it('leaves out who was meant for the warm-up', async () => {
    const pace = { ...PACE, warmUpMs: 50, measureMs: 50, maxWaiting: 9 };
    const { latency, lateness, givenUp } = await openLoop(pace, stalling());
    expect(latency.count).toBe(0);
    expect([lateness.count, givenUp]).toEqual([50, 50]);
  });

  it('counts other ends apart, and fails with a connection', async () => {
    const { latency, unexpected } = await openLoop(PACE, stalling('status 503'));
    expect(latency.count).toBe(0);
    expect(unexpected).toEqual({ 'status 503': 100 });
    const broken = { once: () => Promise.reject(new Error('closed')), close: () => undefined };
    await expect(openLoop(PACE, () => Promise.resolve(broken))).rejects.toThrow('closed');
  });
});
