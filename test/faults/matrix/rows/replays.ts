import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, until, type HealthView } from '../../../support/bridge-api.js';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import { crashAt, type CrashPoint } from '../../../support/crash-points/crash-points.js';
import { idOf, replaysOf } from '../../../support/oracle/evidence.js';
import type { Posted } from '../../../support/oracle/posted.js';
import type { Report } from '../../../support/oracle/run-with-oracle.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import { raisePartitions } from '../../../support/topic-changes.js';
import type { FaultyWorld } from '../faulty-world.js';
import { inParallel, OWN_CLIENT, ownRequest, postOwn } from '../own-records.js';
import { replayMatching } from '../replay.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const AT_ONCE = 16;
const PARTITIONS = 3;
const RAISED = 6;
const SETTLE_WITHIN_MS = 300_000;
/** So many records of the load may wait at a time: one of each client. */
const OF_THE_LOAD = 8;
/** Between two replays: without it, few of them are over before the first kill comes. */
const PAUSE_MS = 50;
/** Right after Kafka's commit, and right before it. */
const POINTS: readonly (CrashPoint | null)[] = ['K7', null, 'K5'];

interface Extent {
  readonly letters: number;
  readonly kills: number;
}

/**
 * Records for partitions that their topic does not have are accepted while Kafka is away, and become dead letters.
 * The partitions are added and all are replayed under load, while the bridge is killed again and again.
 */
async function replayed(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const extent = scale === 'fast' ? { letters: 200, kills: 2 } : { letters: 10_000, kills: 6 };
  const topic = await world.topic('wrong');
  const topics = [topic, await world.topic('live')];
  const setup = await world.prepare();
  world.proxy.setLine({ state: 'closed' });
  await setup.bridge.start();
  let halfWay = 0;
  const report = await world.oracle(
    setup,
    // The bridge is another process at the end, and the partitions are added while the load runs.
    { topics, partitionsChanged: true, without: ['resources'], drainWithinMs: SETTLE_WITHIN_MS },
    async ({ load, know }) => {
      know(await postForMissingPartitions(setup.bridge.url, topic, extent.letters));
      world.proxy.heal();
      await untilDead(setup, topic, extent.letters);
      await raisePartitions(world.kafka.bootstrap, topic, RAISED);
      halfWay = await replayUnderKills(setup, topic, extent);
      await load.untilMoreConfirmed(20);
    },
  );
  if (halfWay === 0) throw new Error('No kill came while dead letters were being replayed.');
  eachReplayedOnce(report, topic, extent.letters);
  return {
    injected: extent.kills,
    findings: [report.findings],
    figures: [report.figures],
    note: `${extent.letters} replayed; ${halfWay} of ${extent.kills} kills came half-way`,
  };
}

async function postForMissingPartitions(
  url: string,
  topic: string,
  count: number,
): Promise<Posted[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const posted: Posted[] = [];
  const numbers = Array.from({ length: count }, (_, number) => number);
  await inParallel(numbers, AT_ONCE, async (number) => {
    const request = ownRequest({
      topic,
      messageId: `${topic}-${number}`,
      key: `letter-${number}`,
      client: OWN_CLIENT,
      number,
      partition: PARTITIONS + (number % (RAISED - PARTITIONS)),
    });
    posted.push(await postOwn(url, agent, request, { prefer: 'wait=0' }));
  });
  agent.destroy();
  const refused = posted.find(({ outcome }) => outcome !== 'accepted');
  if (refused !== undefined) throw new Error(`Answered with ${refused.status} ${refused.code}.`);
  return posted;
}

/** Until all are dead letters and stand in the dead letter topic. */
async function untilDead(setup: BridgeSetup, topic: string, letters: number): Promise<void> {
  const count = (): Promise<number> =>
    countOf(setup, topic, "status = 'dlq' AND published_at IS NOT NULL");
  await until(
    `${letters} dead letters are published`,
    count,
    (n) => n === letters,
    SETTLE_WITHIN_MS,
  );
}

/**
 * Replays everything, as somebody who asks again whenever there was no answer, while the bridge is killed.
 * Returns how many of the kills came half-way.
 */
async function replayUnderKills(
  setup: BridgeSetup,
  topic: string,
  extent: Extent,
): Promise<number> {
  // It learns of the new partitions at its start, and within a minute otherwise.
  await setup.bridge.restart();
  const [halfWay] = await Promise.all([
    killOnTheWay(setup, extent),
    replayToTheEnd(setup, topic, extent.letters / 20),
  ]);
  return halfWay;
}

/** Kills the bridge whenever another share is delivered, and counts the kills that came before the end. */
async function killOnTheWay(setup: BridgeSetup, { letters, kills }: Extent): Promise<number> {
  let halfWay = 0;
  for (let kill = 0; kill < kills; kill++) {
    await untilLeft(setup, letters * (1 - (kill + 0.5) / kills));
    await killed(setup.bridge, kill);
    const left = await leftOf(setup);
    if (left > OF_THE_LOAD && left < letters) halfWay++;
  }
  return halfWay;
}

/** Kills it; two times of three it starts and dies once more, at a point at which a batch is in doubt. */
async function killed(bridge: BridgeProcess, kill: number): Promise<void> {
  const point = POINTS[kill % POINTS.length] ?? null;
  await bridge.kill();
  if (point !== null) await crashAt(bridge, point, kill);
  await bridge.start();
}

async function untilLeft(setup: BridgeSetup, letters: number): Promise<void> {
  const enough = (left: number): boolean => left <= letters;
  await until(`at most ${letters} records are left`, () => leftOf(setup), enough, SETTLE_WITHIN_MS);
}

/** Records that are dead or wait, the few of the load among them. */
async function leftOf({ bridge }: BridgeSetup): Promise<number> {
  const { outbox } = await getJson<HealthView>(`${bridge.url}/health`);
  return outbox.dlq + outbox.pending;
}

async function replayToTheEnd(setup: BridgeSetup, topic: string, limit: number): Promise<void> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  while (Date.now() < deadline) {
    const count = await replayMatching(setup.bridge.url, { topic, limit }).catch(() => null);
    if (count === 0) return;
    await delay(PAUSE_MS);
  }
  throw new Error(`Not all dead letters were replayed within ${SETTLE_WITHIN_MS} ms.`);
}

/** To be asked only while the bridge runs: whoever closes the database last removes the write-ahead log. */
async function countOf({ database }: BridgeSetup, topic: string, where: string): Promise<number> {
  const [row] = await sqliteFile(
    database,
    `SELECT COUNT(*) AS n FROM outbox WHERE topic = '${topic}' AND ${where}`,
  );
  return Number(row?.['n']);
}

function eachReplayedOnce({ evidence }: Report, topic: string, letters: number): void {
  const mine = (id: string): boolean => id.startsWith(`${topic}-`);
  const marked = evidence.records.filter((record) => mine(idOf(record)) && replaysOf(record) === 1);
  if (new Set(marked.map((record) => idOf(record))).size !== letters) {
    throw new Error(`${marked.length} of ${letters} records are marked as replayed once.`);
  }
  const published = evidence.deadLetters.filter((letter) => mine(idOf(letter))).length;
  if (published !== letters) throw new Error(`${letters} were published ${published} times.`);
}

export const replayRows: readonly FaultRow[] = [
  {
    number: 43,
    title: '10,000 dead letters replayed under load, bridge killed with -9 half-way',
    fast: false,
    withinMs: 6 * 60_000,
    run: replayed,
  },
];
