/** What the load generator shall do. Plain JSON: it goes to another process. */
export interface LoadOptions {
  /** The bridges. Each client begins with one of them and goes on to the next after a try without a good answer. */
  readonly urls: readonly string[];
  /** The records go to these topics in turn. */
  readonly topics: readonly string[];
  /** Clients that own their keys and wait for each answer: their order is checked. 4 by default. */
  readonly sequential: number;
  /** Clients that share their keys with each other: their order is not checked. 4 by default. */
  readonly racing: number;
  /** Keys of each sequential client, and of all racing clients together. 8 by default. */
  readonly keys: number;
  /** Share of the racing clients' records that have no key, 0 to 1. 0.1 by default. */
  readonly keyless: number;
  /** Size of the values: evenly spread over the orders of magnitude between the two. 120 to 4,000 by default. */
  readonly valueBytes: { readonly min: number; readonly max: number };
  /** Headers of every record. */
  readonly recordHeaders: readonly (readonly [name: string, value: string])[];
  /** HTTP headers, for example `prefer`. */
  readonly httpHeaders: Readonly<Record<string, string>>;
  /** Records in all, then it ends by itself. Null (default): until it is stopped. */
  readonly records: number | null;
  /** Milliseconds, then it ends by itself. Null (default): until it is stopped. */
  readonly durationMs: number | null;
  /** Null (default): as fast as the answers come. */
  readonly maxPerSecond: number | null;
  /** How long one try may take, in milliseconds. 20,000 by default. */
  readonly answerWithinMs: number;
  /** How long records without a good answer are repeated after the end, in milliseconds. 60,000 by default. */
  readonly patienceMs: number;
}

export type WantedLoad = Pick<LoadOptions, 'urls' | 'topics'> & Partial<LoadOptions>;

export function loadOptions(wanted: WantedLoad): LoadOptions {
  return {
    sequential: 4,
    racing: 4,
    keys: 8,
    keyless: 0.1,
    valueBytes: { min: 120, max: 4_000 },
    recordHeaders: [
      ['empresa', '01'],
      ['filial', 'São Paulo'],
    ],
    httpHeaders: {},
    records: null,
    durationMs: null,
    maxPerSecond: null,
    answerWithinMs: 20_000,
    patienceMs: 60_000,
    ...wanted,
  };
}
