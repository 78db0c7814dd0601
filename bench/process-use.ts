import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { cpuMsOf, peakResidentOf } from './proc.js';

/** Written to clear_refs it makes the peak the present figure: proc_pid_clear_refs(5). */
const RESET_PEAK = '5';

/** What it has used of the processors since it began, in milliseconds. Linux only. */
export async function cpuMs({ pid }: BridgeProcess): Promise<number> {
  return cpuMsOf(await readFile(`/proc/${pid}/stat`, 'utf8'));
}

/** Which part of one core it uses in this time, 0 to 1. */
export async function cpuShare(bridge: BridgeProcess, ms: number): Promise<number> {
  const [before, began] = [await cpuMs(bridge), performance.now()];
  await delay(ms);
  return ((await cpuMs(bridge)) - before) / (performance.now() - began);
}

/** From now on `peakResident` counts anew. */
export async function forgetPeak({ pid }: BridgeProcess): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, RESET_PEAK);
}

/** The most memory that was resident since `forgetPeak`, in bytes. */
export async function peakResident({ pid }: BridgeProcess): Promise<number> {
  return peakResidentOf(await readFile(`/proc/${pid}/status`, 'utf8'));
}
