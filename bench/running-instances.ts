import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { Stack } from './stack.js';

const LANES = 64;
const LANES_WITHIN_MS = 30_000;

export function startBridge(stack: Stack, outbox: string): Promise<BridgeProcess> {
  return stack.startBridge('exactly-once', { OUTBOX_URL: outbox });
}

/** Lets so many of them run, and waits until every lane is somebody's. */
export async function run(
  bridges: readonly BridgeProcess[],
  count: number,
): Promise<BridgeProcess[]> {
  for (const bridge of bridges.slice(count)) await bridge.terminate();
  const running = bridges.slice(0, count);
  for (const bridge of running) if (!(await answers(bridge))) await bridge.start();
  const until = Date.now() + LANES_WITHIN_MS;
  for (;;) {
    const lanes = await Promise.all(running.map(lanesOf));
    const fair = Math.floor(LANES / count);
    if (lanes.every((own) => own >= fair) && sum(lanes) === LANES) return running;
    if (Date.now() > until) throw new Error(`The lanes are not spread: ${lanes.join(', ')}.`);
    await delay(100);
  }
}

async function answers({ url }: BridgeProcess): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function lanesOf({ url }: BridgeProcess): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } });
  return Number(/^ponte_lanes (\d+)/m.exec(await response.text())?.[1] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
