import { sqliteFile } from '../sqlite-file.js';
import type { BridgeSetup } from '../bridge-setup.js';
import { TopicReader } from '../consumer.js';
import { judge, type CheckName, type Findings } from './check.js';
import type { Evidence, Resources } from './evidence.js';
import { figuresOf, type Figures } from './figures.js';
import { drained, gatherAfter } from './gather/after.js';
import type { Query } from './gather/books.js';
import { CounterWatch, resourcesOf, type Bridge } from './gather/bridges.js';
import { Load } from './load.js';
import type { OracleOptions } from './oracle-options.js';
import type { Posted } from './posted.js';
import { postSequentially, type PostingOptions } from './posting-client.js';

export type { OracleOptions } from './oracle-options.js';

/** What the caller has in its hands while the load runs. */
export interface Run {
  readonly load: Load;
  /** Posts records of the caller's own that the oracle shall know, for example with a `client` above 100. */
  readonly post: (options: Omit<PostingOptions, 'url'>) => Promise<Posted[]>;
  /**
   * Says that this bridge is gone for good and nobody asks it anything after the run; another one of the same
   * outbox must be left.
   */
  readonly retire: (bridge: Bridge) => void;
  /** Tells the oracle of records that the caller has posted in its own way to the topics of the run. */
  readonly know: (posted: readonly Posted[]) => void;
}

export interface Report {
  /** Compare with `NOTHING_WRONG`. At most 20 of each kind, and a line with the number of the others. */
  readonly findings: Findings;
  readonly figures: Figures;
  readonly evidence: Evidence;
}

const WARM_UP = { client: 1_000, records: 100, keys: 10 };
const WARM_WITHIN_MS = 60_000;
const MOST_FINDINGS = 20;

/**
 * Runs a load against the bridges while `inject` does its worst, then waits until all work is done and compares
 * everything that can be compared. When `inject` returns, the bridges must run and the cluster must be well (or
 * become so by itself): nothing is started or healed here.
 * @throws what `inject` throws; Error when a reader cannot read a topic to its end.
 */
export async function withOracle(
  options: OracleOptions,
  inject: (run: Run) => Promise<void>,
): Promise<Report> {
  const { bridges, topics, without = [] } = options;
  const urls = bridges.map(({ url }) => url);
  const [counters, during] = await watch(options);
  const caller = new Caller(urls[0] ?? '');
  let load: Load | null = null;
  try {
    const base = without.includes('resources') ? null : await warmUp(options, caller);
    load = await Load.start({ urls, ...options.load, topics });
    await inject({ load, ...caller.inHand });
    await load.stop();
    const posted = [...caller.posted, ...(await load.read())];
    const { evidence, uncommitted } = await gatherAfter(
      { ...options, bridges: bridges.filter((bridge) => !caller.retired.has(bridge)) },
      { posted, during, counters, base },
    );
    const findings = judge(evidence);
    const figures = figuresOf(evidence, findings, uncommitted);
    return { findings: shortened(findings, without), figures, evidence };
  } finally {
    await Promise.all([counters?.stop(), during?.stop(), load?.dispose()]);
  }
}

/** What the test tells the oracle while the load runs. */
class Caller {
  readonly posted: Posted[] = [];
  readonly retired = new Set<Bridge>();

  constructor(private readonly url: string) {}

  readonly inHand: Omit<Run, 'load'> = {
    post: async (wanted) => {
      const posted = await postSequentially({ url: this.url, ...wanted });
      this.posted.push(...posted);
      return posted;
    },
    know: (posted) => {
      for (const one of posted) this.posted.push(one);
    },
    retire: (bridge) => void this.retired.add(bridge),
  };
}

/** Who looks on from the beginning. Null for what nobody asks. */
async function watch({
  bridges,
  topics,
  kafka,
  without = [],
}: OracleOptions): Promise<[CounterWatch | null, TopicReader | null]> {
  const during = without.includes('readersDiffer')
    ? null
    : await TopicReader.start(kafka.bootstrap, topics, { members: 2 });
  return [without.includes('counters') ? null : await CounterWatch.start(bridges), during];
}

/** A bridge with its SQLite outbox as `withOracle` wants it. */
export function withOutbox({ bridge, database }: BridgeSetup): {
  readonly bridges: readonly [Bridge];
  readonly outbox: Query;
} {
  return { bridges: [bridge], outbox: (sql) => sqliteFile(database, sql) };
}

/** What the processes need when they have worked and have nothing to do. */
async function warmUp(
  { bridges, topics }: OracleOptions,
  { inHand }: Caller,
): Promise<Map<Bridge, Resources>> {
  const { client, records, keys } = WARM_UP;
  for (const topic of topics) {
    const key = (number: number): string => `warm-${number % keys}`;
    await inHand.post({ topic, client, records, key, headers: { prefer: 'wait=0' } });
  }
  await drained(bridges, WARM_WITHIN_MS);
  const base = new Map<Bridge, Resources>();
  for (const bridge of bridges) {
    const resources = await resourcesOf(bridge);
    if (resources !== null) base.set(bridge, resources);
  }
  return base;
}

function shortened(findings: Findings, without: readonly CheckName[]): Findings {
  const names = Object.keys(findings) as CheckName[];
  return Object.fromEntries(
    names.map((name) => {
      const all = without.includes(name) ? [] : findings[name];
      const more = all.length - MOST_FINDINGS;
      return [name, more > 0 ? [...all.slice(0, MOST_FINDINGS), `and ${more} more`] : all];
    }),
  ) as unknown as Findings;
}
