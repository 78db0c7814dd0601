import type { LogLevel } from '../config/bridge.config.js';

export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

type Listener = (change: {
  readonly from: LogLevel;
  readonly to: LogLevel;
  readonly by: string;
}) => void;

/** The least that is told in the log, one for the process. It may be changed while the bridge runs. */
export class LogThreshold {
  private current: LogLevel;
  private listener: Listener | null = null;

  /** @param configured what LOG_LEVEL says, and what the next start begins with again. */
  constructor(readonly configured: LogLevel) {
    this.current = configured;
  }

  get level(): LogLevel {
    return this.current;
  }

  /** Told of each change, also of one to the level that there is. */
  onChange(listener: Listener): void {
    this.listener = listener;
  }

  /** @param by who asks for it: the name of a caller, or of a signal. */
  change(to: LogLevel, by: string): void {
    const from = this.current;
    this.current = to;
    this.listener?.({ from, to, by });
  }

  /** To `debug`, and from there back to what is configured. */
  toggle(by: string): void {
    this.change(this.current === 'debug' ? this.configured : 'debug', by);
  }
}
