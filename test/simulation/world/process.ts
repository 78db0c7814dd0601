import type { Scheduler } from './scheduler.js';

/** Keeps what is heard at one moment in its order. */
const IN_ORDER_MS = 1e-6;

/**
 * A simulated process: whatever comes to it from outside (an answer, a timer) comes through `deliver`. A dead
 * one hears nothing any more; a paused one (SIGSTOP, a virtual machine that is moved) hears it all later.
 */
export class SimulatedProcess {
  private state: 'running' | 'paused' | 'dead' = 'running';
  private heldBack: { readonly what: string; readonly run: () => void }[] = [];

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
  ) {}

  get alive(): boolean {
    return this.state !== 'dead';
  }

  get running(): boolean {
    return this.state === 'running';
  }

  deliver(what: string, run: () => void): void {
    if (this.state === 'running') run();
    if (this.state === 'paused') this.heldBack.push({ what, run });
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  /** Everything that came meanwhile is heard now, in the order in which it came. */
  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    const held = this.heldBack;
    this.heldBack = [];
    for (const [position, { what, run }] of held.entries()) {
      const wait = position * IN_ORDER_MS;
      this.scheduler.after(wait, `${this.name} late: ${what}`, () => this.deliver(what, run));
    }
  }

  kill(): void {
    this.state = 'dead';
    this.heldBack = [];
  }
}
