import { setTimeout as delay } from 'node:timers/promises';
import type { Measurement } from './measurement.js';

/** How long a client's last record may take after the time is over. */
export const LAST_WITHIN_MS = 30_000;

export interface Pace {
  /** How many clients, each with one record under way. */
  readonly clients: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Sends one record and waits for its end. */
export interface Client {
  /** Resolves with null for the expected end, else with a short name of what happened. */
  once(): Promise<string | null>;
  close(): void;
}

/**
 * Each client sends its next record when the last one has ended. Counted is what ends within the time.
 * @throws Error when a client cannot connect, loses its connection, or still waits long after the time.
 */
export async function closedLoop(
  pace: Pace,
  connect: () => Promise<Client>,
  recordsPerAnswer = 1,
): Promise<Measurement> {
  const latencies: number[] = [];
  const unexpected: Record<string, number> = {};
  await withClients(pace.clients, connect, async (clients) => {
    const start = performance.now() + pace.warmUpMs;
    const end = start + pace.measureMs;
    const loop = async (client: Client): Promise<void> => {
      for (let began = performance.now(); began < end;) {
        const outcome = await client.once();
        const ended = performance.now();
        if (ended >= start && ended < end) {
          if (outcome === null) latencies.push(ended - began);
          else unexpected[outcome] = (unexpected[outcome] ?? 0) + 1;
        }
        began = ended;
      }
    };
    await inTime(pace.warmUpMs + pace.measureMs + LAST_WITHIN_MS, clients.map(loop));
  });
  return {
    seconds: pace.measureMs / 1_000,
    latenciesMs: Float64Array.from(latencies),
    recordsPerAnswer,
    unexpected,
  };
}

/** As `closedLoop`, but until so many records have come to their expected end. @throws Error at any other end. */
export async function countedLoop(
  { clients, records }: { readonly clients: number; readonly records: number },
  connect: () => Promise<Client>,
): Promise<Measurement> {
  const latencies: number[] = [];
  let left = records;
  const began = performance.now();
  await withClients(clients, connect, async (connected) => {
    const loop = async (client: Client): Promise<void> => {
      while (left-- > 0) {
        const at = performance.now();
        const outcome = await client.once();
        if (outcome !== null) throw new Error(`A record came to ${outcome}.`);
        latencies.push(performance.now() - at);
      }
    };
    await inTime(4 * LAST_WITHIN_MS, connected.map(loop));
  });
  const seconds = (performance.now() - began) / 1_000;
  return {
    seconds,
    latenciesMs: Float64Array.from(latencies),
    recordsPerAnswer: 1,
    unexpected: {},
  };
}

/** Connects so many, and closes them whatever comes of the work. */
export async function withClients(
  count: number,
  connect: () => Promise<Client>,
  work: (clients: readonly Client[]) => Promise<void>,
): Promise<void> {
  const clients = await Promise.all(Array.from({ length: count }, connect));
  try {
    await work(clients);
  } finally {
    for (const client of clients) client.close();
  }
}

/** @throws Error when the loops have not ended within the time. */
export async function inTime(withinMs: number, loops: readonly Promise<void>[]): Promise<void> {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await delay(withinMs, undefined, { signal: over.signal });
    throw new Error('A record has not come to its end.');
  };
  const lateness = late();
  // Aborted when the loops were faster; nobody waits for it then.
  lateness.catch(() => undefined);
  try {
    await Promise.race([Promise.all(loops), lateness]);
  } finally {
    over.abort();
  }
}
