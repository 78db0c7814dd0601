import { supervisionOf } from './supervision.js';

const SOCKET = { NOTIFY_SOCKET: '/run/systemd/notify' };

describe('what systemd waits for', () => {
  it('is nothing where it has not started the process', () => {
    const nobody = { notified: false, watchdogMs: null };
    expect(supervisionOf({}, 7)).toEqual(nobody);
    expect(supervisionOf({ NOTIFY_SOCKET: '', WATCHDOG_USEC: '60000000' }, 7)).toEqual(nobody);
  });

  it('is a word within the time of the watchdog, where there is one', () => {
    expect(supervisionOf(SOCKET, 7)).toEqual({ notified: true, watchdogMs: null });
    const watched = { ...SOCKET, WATCHDOG_USEC: '60000000' };
    expect(supervisionOf(watched, 7)).toEqual({ notified: true, watchdogMs: 60_000 });
    expect(supervisionOf({ ...watched, WATCHDOG_PID: '7' }, 7).watchdogMs).toBe(60_000);
  });

  it('is no sign of life of a process that the watchdog does not mean', () => {
    const other = { ...SOCKET, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' };
    expect(supervisionOf(other, 7)).toEqual({ notified: true, watchdogMs: null });
  });

  it.each(['', '0', '-5', '999', 'soon'])('is no sign of life within %j µs', (WATCHDOG_USEC) => {
    expect(supervisionOf({ ...SOCKET, WATCHDOG_USEC }, 7).watchdogMs).toBeNull();
  });
});
