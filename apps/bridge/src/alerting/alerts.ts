/** What people are told of. */
export type AlertName = 'dead_letters' | 'delivery_stopped' | 'backlog_old' | 'disk_low';

export const ALERTS: readonly AlertName[] = [
  'delivery_stopped',
  'disk_low',
  'backlog_old',
  'dead_letters',
];

export interface AlertFacts {
  readonly deadLetters: number;
  /** Code of the first pipeline that has stopped for good; null as a rule. */
  readonly stoppedBy: string | null;
  /** Milliseconds since the oldest record was accepted that is not settled; 0 when there is none. */
  readonly oldestMs: number;
  readonly waiting: number;
  /** Code of the first pipeline that waits; null when none does. */
  readonly waitsFor: string | null;
  /** Null where the storage is on another machine. */
  readonly freeBytes: number | null;
}

export interface AlertLimits {
  readonly backlogAgeMs: number;
  /** Free bytes below which new records are refused. */
  readonly minFreeBytes: number;
}

/** Before records are refused there shall be time to do something. */
const DISK_MARGIN = 2;
/** What was told ends later than it began, so that nobody is told every minute of something at its limit. */
const DISK_ENDS_AT = 2.5;
const BACKLOG_ENDS_AT = 0.5;

/**
 * What is the matter now, in words: no names of topics, records, keys or people. Pure.
 * @param standing what people were told of and has not ended.
 */
export function alertsOf(
  facts: AlertFacts,
  limits: AlertLimits,
  standing: ReadonlySet<AlertName>,
): ReadonlyMap<AlertName, string> {
  const { deadLetters, stoppedBy, oldestMs, waiting, waitsFor, freeBytes } = facts;
  const age = limits.backlogAgeMs * (standing.has('backlog_old') ? BACKLOG_ENDS_AT : 1);
  const margin = standing.has('disk_low') ? DISK_ENDS_AT : DISK_MARGIN;
  const found = new Map<AlertName, string>();
  if (stoppedBy !== null) {
    found.set(
      'delivery_stopped',
      `delivery has stopped for good: ${stoppedBy}. Records are still accepted`,
    );
  }
  if (freeBytes !== null && freeBytes < limits.minFreeBytes * margin) {
    const left = `${mebibytes(freeBytes)} MiB are free`;
    const end = `at ${mebibytes(limits.minFreeBytes)} MiB new records are refused`;
    found.set('disk_low', `the disk of the outbox is nearly full: ${left}, ${end}`);
  }
  if (oldestMs > age) {
    const why = waitsFor === null ? '' : `: ${waitsFor}`;
    const oldest = `the oldest for ${minutes(oldestMs)} minutes`;
    found.set('backlog_old', `${waiting} records wait for Kafka, ${oldest}${why}`);
  }
  if (deadLetters > 0) {
    found.set('dead_letters', `${deadLetters} dead letters wait to be replayed or discarded`);
  }
  return found;
}

/** That it is over. */
export function endOf(name: AlertName): string {
  return ENDS[name];
}

const ENDS: Readonly<Record<AlertName, string>> = {
  delivery_stopped: 'delivery goes on',
  disk_low: 'the disk of the outbox has room again',
  backlog_old: 'no record waits long any more',
  dead_letters: 'no dead letter is left',
};

const mebibytes = (bytes: number): number => Math.floor(bytes / 2 ** 20);
const minutes = (ms: number): number => Math.floor(ms / 60_000);
