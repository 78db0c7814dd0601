import { setTimeout as delay } from 'node:timers/promises';
import type { MessageView } from '../../bridge-api.js';
import { readTopic, type TopicReader } from '../../consumer.js';
import type { CheckName } from '../check.js';
import type { Books, Drain, Evidence, Resources, ResourceUse } from '../evidence.js';
import type { OracleOptions } from '../oracle-options.js';
import type { Posted } from '../posted.js';
import { readBooks } from './books.js';
import { leftToDo, settledResources, viewsOf, type Bridge, type CounterWatch } from './bridges.js';
import { readDeadLetters, readTopicsWithJava } from './kafka.js';

const DRAIN_MS = 60_000;
const POLL_MS = 100;
const BOOKS_MS = 10_000;
const SETTLE_MS = 30_000;
const MOST_VIEWS = 2_000;

/** What was gathered while the load ran. */
export interface RunRecords {
  readonly posted: readonly Posted[];
  readonly during: TopicReader | null;
  readonly counters: CounterWatch | null;
  readonly base: ReadonlyMap<Bridge, Resources> | null;
}

/** Waits until all work is done, then reads everything that the checks need. `uncommitted`: what R3 sees. */
export async function gatherAfter(
  options: OracleOptions,
  { posted, during, counters, base }: RunRecords,
): Promise<{ readonly evidence: Evidence; readonly uncommitted: number }> {
  const { kafka, topics, bridges, deadLetterTopic = 'dlq-topic', java = false } = options;
  const { bootstrap } = kafka;
  const asked = (name: CheckName): boolean => options.without?.includes(name) !== true;
  const drain = await drained(bridges, options.drainWithinMs ?? DRAIN_MS);
  const outbox = asked('books') ? options.outbox : undefined;
  const books =
    outbox === undefined ? null : await settledBooks(() => readBooks(outbox, bootstrap, topics));
  const [records, all, deadLetters] = await Promise.all([
    readTopic(bootstrap, topics),
    readTopic(bootstrap, topics, { uncommitted: true }),
    readDeadLetters(bootstrap, deadLetterTopic, topics),
    during?.untilEnd(),
  ]);
  // Before the many questions of the views, of which each opens sockets at the bridge.
  const resources = base === null ? null : await resourceUse(options, base);
  const evidence: Evidence = {
    posted,
    records,
    deadLetters,
    during: during === null ? null : { records: during.records(), conflicts: during.conflicts },
    java: java ? await readTopicsWithJava(bootstrap, topics, records) : null,
    views: asked('otherPlace') ? await views(bridges, posted) : null,
    books,
    drain: asked('notDrained') ? drain : null,
    resources,
    counters: counters === null ? null : await counters.series(bridges),
    partitionsChanged: options.partitionsChanged ?? false,
  };
  return { evidence, uncommitted: all.length };
}

/** Waits until no bridge has work left. */
export async function drained(bridges: readonly Bridge[], withinMs: number): Promise<Drain> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const work = await Promise.all(bridges.map(leftToDo));
    const left = work.filter((text) => text !== null);
    if (left.length === 0) return { withinMs, left: null };
    if (Date.now() > deadline) return { withinMs, left: left.join('; ') };
    await delay(POLL_MS);
  }
}

/** The last batch may still be about to be closed, and dead letters to be published. */
async function settledBooks(read: () => Promise<Books>): Promise<Books> {
  const deadline = Date.now() + BOOKS_MS;
  for (;;) {
    const books = await read();
    const settled =
      books.unpublished === 0 &&
      books.pipelines.every(({ open, committed, ledger }) => !open && committed === ledger);
    if (settled || Date.now() > deadline) return books;
    await delay(POLL_MS);
  }
}

/** Of a large run, all records that were not plainly confirmed, and every so-many-th of the others. */
function views(
  bridges: readonly Bridge[],
  posted: readonly Posted[],
): Promise<ReadonlyMap<string, MessageView>> {
  const step = Math.ceil(posted.length / MOST_VIEWS);
  const asked = posted.filter(({ confirmed }, index) => index % step === 0 || !confirmed);
  return viewsOf(
    bridges,
    asked.map(({ messageId }) => messageId),
  );
}

async function resourceUse(
  { bridges, settleWithinMs = SETTLE_MS }: OracleOptions,
  base: ReadonlyMap<Bridge, Resources>,
): Promise<ResourceUse[]> {
  const use: ResourceUse[] = [];
  for (const [bridge, before] of base) {
    if (!bridges.includes(bridge)) continue;
    const after = await settledResources(bridge, before, settleWithinMs);
    if (after !== null) use.push({ bridge: bridge.url, base: before, after });
  }
  return use;
}
