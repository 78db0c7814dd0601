import { setTimeout as delay } from 'node:timers/promises';
import { Arrivals } from './arrivals.js';
import { inTime, LAST_WITHIN_MS, withClients, type Client } from './closed-loop.js';
import { Latencies, type LatencyFigures } from './latencies.js';

export interface OpenPace {
  /** Starts a second, evenly spread, whatever has become of the ones before. */
  readonly perSecond: number;
  /** Each has one request under way. */
  readonly connections: number;
  /** Starts that wait for a connection; what comes when so many wait is given up. */
  readonly maxWaiting: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** All of the starts that were meant for the time that is measured. */
export interface OpenMeasurement {
  /** From the moment at which it was meant to begin until its answer, of those that came to the expected end. */
  readonly latency: LatencyFigures;
  /** How much later than meant the generator itself got to a start: its own part of the latency. */
  readonly lateness: LatencyFigures;
  /** Never sent, because too many waited already. With any of them the latencies are too low. */
  readonly givenUp: number;
  readonly unexpected: Readonly<Record<string, number>>;
}

const TICK_MS = 1;

/**
 * Begins at a constant rate, and counts from when a request should have begun, not from when it could: a server
 * that stops for a second is charged for all who would have come in that second.
 * @throws Error when a connection fails, or answers are still missing long after the time.
 */
export async function openLoop(
  pace: OpenPace,
  connect: () => Promise<Client>,
): Promise<OpenMeasurement> {
  const line = new WaitingLine(pace);
  await withClients(pace.connections, connect, (clients) =>
    inTime(pace.warmUpMs + pace.measureMs + LAST_WITHIN_MS, [line.serve(clients)]),
  );
  return line.measurement();
}

class WaitingLine {
  private readonly latencies = new Latencies();
  private readonly lateness = new Latencies();
  private readonly unexpected: Record<string, number> = {};
  private givenUp = 0;
  /** When those were meant to begin that wait for a connection, in order. */
  private readonly waiting: number[] = [];
  private readonly idle: Client[] = [];
  private readonly busy = new Set<Promise<void>>();
  private began = 0;

  constructor(private readonly pace: OpenPace) {}

  async serve(clients: readonly Client[]): Promise<void> {
    const { perSecond, warmUpMs, measureMs } = this.pace;
    const arrivals = new Arrivals(perSecond, warmUpMs + measureMs);
    this.idle.push(...clients);
    this.began = performance.now();
    for (let begun = 0; begun < arrivals.total; await delay(TICK_MS)) {
      const due = arrivals.dueBy(this.elapsed());
      for (; begun < due; begun++) this.start(arrivals.intendedAt(begun));
    }
    await Promise.all(this.busy);
  }

  measurement(): OpenMeasurement {
    return {
      latency: this.latencies.figures(),
      lateness: this.lateness.figures(),
      givenUp: this.givenUp,
      unexpected: this.unexpected,
    };
  }

  private elapsed(): number {
    return performance.now() - this.began;
  }

  private start(intended: number): void {
    if (this.isMeasured(intended)) this.lateness.record(this.elapsed() - intended);
    // The one that was used longest ago: servers let connections go that are never used.
    const client = this.idle.shift();
    if (client !== undefined) {
      const working = this.work(client, intended);
      this.busy.add(working);
      // Those that fail stay, so that whoever waits for all of them hears it.
      void working.then(
        () => this.busy.delete(working),
        () => undefined,
      );
    } else if (this.waiting.length < this.pace.maxWaiting) {
      this.waiting.push(intended);
    } else if (this.isMeasured(intended)) {
      this.givenUp += 1;
    }
  }

  /** Serves this one, and whoever waits when it has ended. */
  private async work(client: Client, first: number): Promise<void> {
    for (let intended: number | undefined = first; intended !== undefined;) {
      const outcome = await client.once();
      if (this.isMeasured(intended)) this.note(outcome, this.elapsed() - intended);
      intended = this.waiting.shift();
    }
    this.idle.push(client);
  }

  private note(outcome: string | null, latencyMs: number): void {
    if (outcome === null) this.latencies.record(latencyMs);
    else this.unexpected[outcome] = (this.unexpected[outcome] ?? 0) + 1;
  }

  private isMeasured(intended: number): boolean {
    return intended >= this.pace.warmUpMs;
  }
}
