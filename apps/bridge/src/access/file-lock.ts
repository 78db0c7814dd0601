import { closeSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';

/** Far longer than it takes to read a file and to write it: whoever held the lock has died, or stands still. */
const STALE_MS = 10_000;
const GIVE_UP_MS = 15_000;
const POLL_MS = 20;

export interface LockClock {
  /** Epoch milliseconds, as the file system has them. */
  now(): number;
  wait(ms: number): void;
}

const REAL: LockClock = {
  now: Date.now,
  wait: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
};

/**
 * Runs what reads a file and writes it again, while nobody else does: a file beside it says so, which only one can make. It
 * holds for processes on other machines and in other containers, too, which a process id would not.
 * @throws Error when it is held for too long, or the folder cannot be written to.
 */
export function withLock<T>(path: string, run: () => T, clock: LockClock = REAL): T {
  const lock = `${path}.lock`;
  const until = clock.now() + GIVE_UP_MS;
  while (!take(lock)) {
    const held = statSync(lock, { throwIfNoEntry: false });
    if (held !== undefined && clock.now() - held.mtimeMs > STALE_MS) takeAway(lock, held.ino);
    else if (clock.now() > until) throw new Error('somebody else is changing it');
    else clock.wait(POLL_MS);
  }
  try {
    return run();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of several that find it stale only one moves it; a lock that somebody has taken since is put back. */
function takeAway(lock: string, ino: number): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (statSync(aside).ino !== ino) linkSync(aside, lock);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
