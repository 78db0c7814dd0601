import type { FuzzAnswer } from './answers.js';
import { faultOf, storedBy } from './judge.js';
import { MOST_RECORDS, type FuzzRequest } from './requests.js';

const SHOWN_FAULTS = 20;
const MIB = 2 ** 20;

export interface Figures {
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  readonly sockets: number;
}

export interface Ending {
  readonly seed: number;
  readonly after: Figures;
  readonly stored: { readonly received: number; readonly rows: number };
  /** What the bridge wrote at the level error. */
  readonly logged: readonly string[];
}

/** What came of the requests: counts, and the first ones that went wrong, to send them again. */
export class FuzzReport {
  before: Figures | null = null;
  seconds = 0;
  private requests = 0;
  private readonly told = { least: 0, most: 0 };
  private unanswered = 0;
  private faults = 0;
  private readonly statuses = new Map<number, number>();
  private readonly shown: string[] = [];

  constructor(private readonly expected5xx: ReadonlySet<string>) {}

  note(request: FuzzRequest, answers: readonly FuzzAnswer[]): void {
    this.requests++;
    // Of a request that ended early the answer may be lost.
    if (answers.length === 0) {
      this.unanswered++;
      this.told.most += MOST_RECORDS;
    }
    for (const answer of answers) {
      const { least, most } = storedBy(request, answer);
      this.told.least += least;
      this.told.most += most;
      this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    }
    const fault = faultOf(request, answers, this.expected5xx);
    if (fault !== null) this.fault(`${fault}: ${request.bytes.toString('base64')}`);
  }

  /** @returns how many things went wrong. */
  print({ seed, after, stored, logged }: Ending): number {
    const { least, most } = this.told;
    if (stored.received < least || stored.received > most) {
      this.fault(`${stored.received} records are stored, ${least} to ${most} were told of`);
    }
    if (stored.rows !== stored.received) this.fault(`${stored.rows} rows for the records`);
    for (const line of logged) this.fault(`The log: ${line}`);
    const { before } = this;
    const mib = (bytes: number | undefined): string => ((bytes ?? 0) / MIB).toFixed(1);
    const statuses = [...this.statuses].toSorted(([a], [b]) => a - b);
    console.log(
      [
        `${this.requests} requests in ${this.seconds.toFixed(0)} s, seed ${seed}`,
        `answers: ${statuses.map(([status, times]) => `${status}: ${times}`).join(', ')}`,
        `without an answer (unfinished requests): ${this.unanswered}`,
        `records stored: ${stored.received}; told of: ${least} to ${most}`,
        `memory from the first tenth to the end: RSS ${mib(before?.rss)} to ${mib(after.rss)} MiB, ` +
          `heap ${mib(before?.heapUsed)} to ${mib(after.heapUsed)} MiB`,
        `sockets: ${before?.sockets ?? 0} while it ran, ${after.sockets} after it`,
        `faults: ${this.faults}`,
        ...this.shown,
      ].join('\n'),
    );
    return this.faults;
  }

  private fault(text: string): void {
    this.faults++;
    if (this.shown.length < SHOWN_FAULTS) this.shown.push(text);
  }
}
