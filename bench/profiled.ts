import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { PROFILE_FILE } from './cpu-profiler.js';
import type { CpuProfile } from './self-times.js';

const WRITTEN_WITHIN_MS = 30_000;

/** The environment of a bridge whose CPU profile is wanted in `file`. */
export function profilerIn(file: string): Readonly<Record<string, string>> {
  return {
    NODE_OPTIONS: `--import ${new URL('cpu-profiler.js', import.meta.url).href}`,
    [PROFILE_FILE]: file,
  };
}

/** What the bridge's main thread did during the cell. @throws Error when it has written no profile. */
export async function profileOf(
  bridge: BridgeProcess,
  file: string,
  cell: () => Promise<unknown>,
): Promise<CpuProfile> {
  toggle(bridge);
  await cell();
  toggle(bridge);
  const deadline = Date.now() + WRITTEN_WITHIN_MS;
  for (;;) {
    const profile = await readProfile(file);
    if (profile !== null) return profile;
    if (Date.now() > deadline) throw new Error('The bridge has written no profile.');
    await delay(50);
  }
}

function toggle({ pid }: BridgeProcess): void {
  if (pid === undefined) throw new Error('The bridge does not run.');
  process.kill(pid, 'SIGURG');
}

/** Null until the file is whole. */
async function readProfile(file: string): Promise<CpuProfile | null> {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  } catch {
    return null;
  }
}
