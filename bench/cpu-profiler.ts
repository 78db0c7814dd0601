import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/*
 * Loaded into the bridge before it starts, by `--import`. SIGURG, which it does not use, begins a CPU profile, the next one ends it
 * and writes it: `--cpu-prof` would hold the start, the warm-up and the stop as well.
 */
export const PROFILE_FILE = 'PONTE_BENCH_PROFILE';
const INTERVAL_MICROSECONDS = 500;

let session: Session | null = null;

async function toggle(file: string): Promise<void> {
  if (session === null) {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
    await session.post('Profiler.start');
    return;
  }
  const { profile } = await session.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(profile));
  session.disconnect();
  session = null;
}

const file = process.env[PROFILE_FILE];
if (file !== undefined) process.on('SIGURG', () => void toggle(file));
