import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from '../../../dev/project-root.js';
import type { BridgeProcess } from '../bridge-process.js';

/** The moments at which a crash is most likely to lose or to double a record, and what is true at each. */
export const CRASH_POINTS = {
  K0: 'before an accept is committed: no row, no answer',
  K1: 'after that: a row, no answer',
  K2: 'the batch is written down, Kafka has not heard of it',
  K3: 'the ledger number is in the open transaction',
  K4: 'some records are appended, others are on their way',
  K5: 'everything is appended, the commit is about to be asked for',
  K6: 'the commit is on the wire',
  K7: 'Kafka has committed, the database does not know it',
  K8: 'in the recovery of what another crash has left: fenced, marked, read, settled',
} as const;

export type CrashPoint = keyof typeof CRASH_POINTS;

/** Steps of a recovery at which K8 can strike. */
const RECOVERY_STEPS = 6;
const HIT_WITHIN_MS = 30_000;

const preload = pathToFileURL(
  join(PROJECT_ROOT, 'test', 'support', 'crash-points', 'preload.mjs'),
).href;

/**
 * Starts the bridge so that it dies at the point, under whatever load there is, and waits until it has.
 * @param round from 0: varies how often the point is passed before it strikes
 * @returns whether the point was hit; the bridge does not run any more in any case
 */
export async function crashAt(
  bridge: BridgeProcess,
  point: CrashPoint,
  round: number,
): Promise<boolean> {
  if (point === 'K8') {
    // Somebody must have left a batch open first.
    const left = await crash(bridge, round % 2 === 0 ? 'K5' : 'K7', 1);
    return left && crash(bridge, 'K8', 1 + (round % RECOVERY_STEPS));
  }
  return crash(bridge, point, 1 + (round % 3));
}

async function crash(bridge: BridgeProcess, point: CrashPoint, times: number): Promise<boolean> {
  const from = bridge.lines.length;
  const { ended } = await bridge.launch({
    NODE_OPTIONS: `--import ${preload}`,
    CRASH_AT: `${point}:${times}`,
  });
  const timer = setTimeout(() => void bridge.kill(), HIT_WITHIN_MS);
  await ended;
  clearTimeout(timer);
  return bridge.lines.slice(from).includes(`crash point ${point}`);
}
