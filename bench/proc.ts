/** Linux counts a process' time in hundredths of a second, whatever its clock (USER_HZ, see times(2)). */
const MS_PER_TICK = 10;
/** utime and stime are the 14th and 15th field of all; the name, which may hold anything, is the 2nd: proc_pid_stat(5). */
const UTIME = 11;

/** What a process has used of the processors since it began, by the text of /proc/PID/stat. Milliseconds. */
export function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[UTIME + 1])) * MS_PER_TICK;
}

/** The most memory that was resident, by the text of /proc/PID/status. Bytes. @throws Error when it does not say. */
export function peakResidentOf(status: string): number {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (found === undefined) throw new Error('/proc does not say how much memory was resident.');
  return Number(found) * 1024;
}
