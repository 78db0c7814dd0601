import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock, type LockClock } from './file-lock.js';

let folder: string;
let path: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ponte-lock-'));
  path = join(folder, 'file');
  lock = `${path}.lock`;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Time goes on while somebody waits. */
const clock = (onWait: () => void): LockClock => {
  let time = Date.now();
  return {
    now: () => time,
    wait: (ms) => {
      time += ms;
      onWait();
    },
  };
};
const never = clock(() => {
  throw new Error('it waits');
});

test('is held while it runs, and by nobody after that, also when it fails', () => {
  expect(withLock(path, () => existsSync(lock), never)).toBe(true);
  const failing = (): void => {
    throw new Error('x');
  };
  expect(() => withLock(path, failing, never)).toThrow('x');
  expect(existsSync(lock)).toBe(false);
});

test('is waited for', () => {
  writeFileSync(lock, '');
  let waits = 0;
  const other = clock(() => {
    waits++;
    if (waits === 3) rmSync(lock);
  });
  expect(withLock(path, () => waits, other)).toBe(3);
});

test('is given up when it is held for too long by somebody who lives', () => {
  writeFileSync(lock, '');
  const alive = clock(() => {
    const soon = Date.now() / 1_000 + 3_600;
    utimesSync(lock, soon, soon);
  });
  expect(() => withLock(path, () => 'ran', alive)).toThrow('somebody else is changing it');
  expect(existsSync(lock)).toBe(true);
});

test('is taken from whoever has died with it', () => {
  writeFileSync(lock, '');
  const long = Date.now() / 1_000 - 11;
  utimesSync(lock, long, long);
  expect(withLock(path, () => statSync(lock).size, never)).toBe(0);
  expect(existsSync(lock)).toBe(false);
});
