import { until } from '../../../support/bridge-api.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import { idOf } from '../../../support/oracle/evidence.js';
import type { Report } from '../../../support/oracle/run-with-oracle.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import { raisePartitions } from '../../../support/topic-changes.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';
import { deletedTopic } from './deleted-topic.js';

/** The bridge asks for the partitions of a topic that it knows once a minute. */
const LEARNS_WITHIN_MS = 120_000;

interface Raise {
  readonly partitions: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Partitions are added while records wait whose partitions are chosen; the second time the bridge starts anew. */
async function partitionsRaised(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const counts = scale === 'fast' ? [6] : [6, 12];
  const [raised, calm] = [await world.topic('raised'), await world.topic('calm')];
  const setup = await world.bridge();
  const raises: Raise[] = [{ partitions: 3, at: 0 }];
  let known = 0;
  const report = await world.oracle(
    setup,
    // The bridge is another process at the end.
    { topics: [raised, calm], partitionsChanged: true, without: ['resources'] },
    async ({ load }) => {
      for (const [index, partitions] of counts.entries()) {
        await load.untilMoreConfirmed(50);
        world.proxy.setLine({ state: 'closed' });
        await load.untilMore(40);
        await raisePartitions(world.kafka.bootstrap, raised, partitions);
        raises.push({ partitions, at: Date.now() });
        if (index > 0) await setup.bridge.restart();
        world.proxy.heal();
        known = Math.max(known, await learned(setup, raised, raises));
        await load.untilMoreConfirmed(50);
      }
    },
  );
  const early = placedTooEarly(report, raised, raises);
  if (early.length > 0) throw new Error(`In a partition that was not there: ${early.join(', ')}`);
  const moves = mostMoves(report, (topic) => topic === raised);
  if (moves > counts.length) throw new Error(`A key has moved ${moves} times.`);
  if (mostMoves(report, (topic) => topic === calm) > 0) throw new Error('A calm key has moved.');
  return {
    injected: counts.length,
    findings: [report.findings],
    figures: [report.figures],
    note: `new partitions are used after at most ${known} s`,
  };
}

/** Waits for a delivery to each new partition, and gives the seconds from the last raise to it. */
async function learned(
  setup: BridgeSetup,
  topic: string,
  raises: readonly Raise[],
): Promise<number> {
  const [before, now] = raises.slice(-2);
  const first = before?.partitions ?? 0;
  const all = (now?.partitions ?? 0) - first;
  await until(
    'records go to the new partitions',
    () =>
      sqliteFile(
        setup.database,
        `SELECT DISTINCT kafka_partition FROM outbox WHERE topic = '${topic}'` +
          ` AND status = 'sent' AND kafka_partition >= ${first}`,
      ),
    (rows) => rows.length === all,
    LEARNS_WITHIN_MS,
  );
  return Math.round((Date.now() - (now?.at ?? 0)) / 1_000);
}

/** Records with a key that were answered before a raise, and stand in a partition that it has made. */
function placedTooEarly(
  { evidence }: Report,
  topic: string,
  raises: readonly Raise[],
): readonly string[] {
  const partitions = partitionsOf(evidence);
  return evidence.posted
    .filter((one) => one.topic === topic && one.key !== null && one.outcome === 'accepted')
    .filter(({ messageId, endedAt }) => {
      const count = raises.findLast(({ at }) => at <= endedAt)?.partitions ?? 0;
      return (partitions.get(messageId) ?? 0) >= count;
    })
    .map(({ messageId }) => messageId);
}

/** How often a key of a sequential client has changed its partition, at most. */
function mostMoves({ evidence }: Report, of: (topic: string) => boolean): number {
  const partitions = partitionsOf(evidence);
  const last = new Map<string, { readonly partition: number; readonly moves: number }>();
  const inOrder = evidence.posted
    .filter((one) => one.ordered && of(one.topic))
    .toSorted((a, b) => a.number - b.number);
  for (const { topic, client, key, messageId } of inOrder) {
    const name = `${topic} ${client} ${key}`;
    const partition = partitions.get(messageId) ?? -1;
    const before = last.get(name) ?? { partition, moves: 0 };
    const moves = before.moves + Number(before.partition !== partition);
    last.set(name, { partition, moves });
  }
  return Math.max(...[...last.values()].map(({ moves }) => moves));
}

const partitionsOf = ({ records }: Report['evidence']): ReadonlyMap<string, number> =>
  new Map(records.map((record) => [idOf(record), record.partition]));

export const topicRows: readonly FaultRow[] = [
  {
    number: 20,
    title: 'partitions added under load, 3 to 6 to 12',
    fast: false,
    withinMs: 5 * 60_000,
    run: partitionsRaised,
  },
  {
    number: 21,
    title: 'topic deleted under load and made again',
    fast: false,
    withinMs: 5 * 60_000,
    run: deletedTopic,
  },
];
