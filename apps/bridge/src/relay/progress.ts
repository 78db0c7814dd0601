import type { PipelineStatus, StopCode } from './relay-status.js';

/** What one pipeline is doing, for health and metrics. */
export class Progress {
  private state: PipelineStatus['state'] = 'idle';
  private waitingSince: number | null = null;
  private stoppedBy: StopCode | null = null;
  private lastErrorCode: string | null = null;
  private lastError: string | null = null;

  constructor(
    readonly name: string,
    private readonly now: () => number,
  ) {}

  /** Work waits for Kafka from now on, unless it has been waiting already. */
  enter(
    state: 'recovering' | 'delivering' | 'waiting',
    errorCode?: string,
    error: string | null = null,
  ): void {
    this.state = state;
    this.waitingSince ??= this.now();
    if (errorCode === undefined) return;
    this.lastErrorCode = errorCode;
    this.lastError = error;
  }

  /** Kafka has committed something, or was found ready. */
  advance(): void {
    this.state = 'idle';
    this.waitingSince = null;
    this.lastErrorCode = null;
    this.lastError = null;
  }

  stop(code: StopCode): void {
    this.state = 'stopped';
    this.stoppedBy = code;
  }

  status(): PipelineStatus {
    const { name, state, stoppedBy, waitingSince, lastErrorCode, lastError } = this;
    return { name, state, stoppedBy, waitingSince, lastErrorCode, lastError };
  }
}
