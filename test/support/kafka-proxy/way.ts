import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Line } from './faults.js';

/** Bytes that may wait on one way before its source is told to stop. */
const MAX_WAITING = 4 * 1024 * 1024;

/** One way of one connection: takes frames, and lets them arrive in order as the line allows. */
export class Way {
  private readonly waiting: { readonly bytes: Buffer; readonly extraMs: number }[] = [];
  private waitingBytes = 0;
  private moving = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly line: () => Line,
    /** Whether this is the way of the answers. */
    private readonly answers: boolean,
  ) {}

  send(bytes: Buffer, extraMs = 0): void {
    this.waiting.push({ bytes, extraMs });
    this.waitingBytes += bytes.length;
    if (this.waitingBytes > MAX_WAITING) this.from.pause();
    if (!this.moving) void this.move();
  }

  private async move(): Promise<void> {
    this.moving = true;
    for (;;) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      await this.deliver(next.bytes, next.extraMs);
      this.waitingBytes -= next.bytes.length;
      if (this.waitingBytes <= MAX_WAITING) this.from.resume();
    }
    this.moving = false;
  }

  private async deliver(bytes: Buffer, extraMs: number): Promise<void> {
    const { latencyMs, jitterMs, bytesPerSecond, sliceBytes } = this.line();
    const wait = latencyMs + jitterMs * (2 * Math.random() - 1) + extraMs;
    if (wait > 0) await pause(wait);
    const piece = sliceBytes ?? bytes.length;
    for (let at = 0; at < bytes.length; at += piece) {
      const part = bytes.subarray(at, at + piece);
      if (bytesPerSecond !== null) await pause((part.length / bytesPerSecond) * 1_000);
      // Cut pieces must be seen one by one, so each gets its own turn of the loop.
      else if (piece < bytes.length) await pause(0);
      if (this.stuck()) return;
      this.to.write(part);
    }
  }

  private stuck(): boolean {
    const { state } = this.line();
    return state === 'dead' || (state === 'deaf' && this.answers);
  }
}
