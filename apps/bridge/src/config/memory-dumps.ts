/** What is written by the system or by Node, with records and secrets in it that were in memory. */
export interface DumpCaution {
  readonly code: 'core_dump_possible' | 'memory_readable_by_option';
  readonly words: string;
}

/** Files of the heap, which has every string; or a port at which whoever is on this machine may read it. */
const READS_MEMORY = /^--(?:heapsnapshot-signal|heapsnapshot-near-heap-limit|heap-prof|inspect)/;

/**
 * What is permitted, and said in the log at each start. Pure.
 * @param limits the text of `/proc/self/limits`; null: this system has none, and nothing is known.
 * @param options those that Node was started with.
 */
export function dumpCautions(
  limits: string | null,
  options: readonly string[],
): readonly DumpCaution[] {
  const found: DumpCaution[] = [];
  // The soft limit. A kernel that pipes cores to a program tells it this one, and systemd's and Ubuntu's keep to it.
  const core = /^Max core file size +(\S+)/m.exec(limits ?? '')?.[1];
  if (core !== undefined && core !== '0') {
    const words =
      'A crash may leave a core file, with records and secrets in it. ulimit -c 0 before the start prevents it (systemd LimitCORE=0, Docker --ulimit core=0)';
    found.push({ code: 'core_dump_possible', words });
  }
  // Node takes one for the other in the names of options.
  const reading = options.find((one) => READS_MEMORY.test(one.replaceAll('_', '-')));
  if (reading !== undefined) {
    const words = `Node's option ${nameOf(reading)} shows what is in memory, with records and secrets: only for as long as it is needed`;
    found.push({ code: 'memory_readable_by_option', words });
  }
  return found;
}

function nameOf(option: string): string {
  return option.split('=', 1)[0] ?? '';
}
