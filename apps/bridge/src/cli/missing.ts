import type { TopicScan } from '@bridge/kafka';
import type { Reconciliation, SentRow } from '@bridge/outbox';
import type { Searched } from './topic-search.js';

/** What the outbox calls sent and Kafka does not have. */
export interface Missing {
  readonly rows: readonly SentRow[];
  /** Records before the beginning of their partition: Kafka's retention has removed them, or may have. */
  readonly agedOut: number;
  /** Records of compacted topics, where a later record with the same key may have taken their place. */
  readonly compacted: number;
}

export const NOTHING_MISSING: Missing = { rows: [], agedOut: 0, compacted: 0 };

const PAGE = 5_000;

/** @param seen ids of the sent records that were met; every topic must have been read from its beginning. */
export async function missingOf(
  outbox: Reconciliation,
  scan: TopicScan,
  searched: readonly Searched[],
  seen: ReadonlySet<number>,
): Promise<Missing> {
  const topics = new Map(searched.map((one) => [one.topic, one]));
  const compactedTopics = await compactedOf(scan, searched);
  const rows: SentRow[] = [];
  let agedOut = 0;
  let compacted = 0;
  for (let afterId = Number.MIN_SAFE_INTEGER; ;) {
    const page = await outbox.sentRows(afterId, PAGE);
    for (const row of page.filter(({ id }) => !seen.has(id))) {
      if (compactedTopics.has(row.topic)) compacted += 1;
      else if (isBeforeTheLog(row, topics.get(row.topic))) agedOut += 1;
      else rows.push(row);
    }
    const last = page.at(-1);
    if (last === undefined) return { rows, agedOut, compacted };
    afterId = last.id;
  }
}

function isBeforeTheLog({ partition, offset }: SentRow, topic: Searched | undefined): boolean {
  if (partition === null || offset === null) return false;
  const logStart = topic?.logStarts.get(partition);
  return logStart !== undefined && offset < logStart;
}

async function compactedOf(
  scan: TopicScan,
  searched: readonly Searched[],
): Promise<ReadonlySet<string>> {
  const compacted = new Set<string>();
  for (const { topic, exists } of searched) {
    const policy = exists ? await scan.cleanupPolicy(topic) : null;
    if (policy?.includes('compact') === true) compacted.add(topic);
  }
  return compacted;
}
