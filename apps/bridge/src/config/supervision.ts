/** What systemd has said of itself to the process that it has started (sd_notify(3), sd_watchdog_enabled(3)). */
export interface Supervision {
  /** It waits for word: the unit has `Type=notify`. */
  readonly notified: boolean;
  /** It kills a process that is silent for so many milliseconds. Null: it does not. */
  readonly watchdogMs: number | null;
}

const MICROSECONDS = 1_000;

/** Pure. @param pid of the process that asks: the variables may have been inherited, and be meant for another one. */
export function supervisionOf(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): Supervision {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: usec = '', WATCHDOG_PID: of } = environment;
  if (socket === '') return { notified: false, watchdogMs: null };
  const isMeant = of === undefined || of === '' || Number(of) === pid;
  const ms = Math.floor(Number(usec) / MICROSECONDS);
  return { notified: true, watchdogMs: isMeant && ms > 0 ? ms : null };
}
