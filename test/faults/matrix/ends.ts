import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessEnd } from '../../../dev/watched-process.js';

const ENDS_WITHIN_MS = 60_000;

/** Waits for the end of a process that must end with this code. @throws Error when it does otherwise. */
export async function endsWith(
  what: string,
  ended: Promise<ProcessEnd> | null,
  expected: number,
): Promise<void> {
  const end = await Promise.race([ended, delay(ENDS_WITHIN_MS, null, { ref: false })]);
  if (end === null) throw new Error(`${what} goes on.`);
  const { code, signal } = end;
  if (code !== expected) throw new Error(`${what} ended with ${code ?? signal}, not ${expected}.`);
}
