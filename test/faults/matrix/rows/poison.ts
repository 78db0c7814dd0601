import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { getJson, messageView, until, type HealthView } from '../../../support/bridge-api.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import type { ConsumedRecord } from '../../../support/consumer.js';
import { idOf } from '../../../support/oracle/evidence.js';
import type { Posted } from '../../../support/oracle/posted.js';
import type { Report, Run } from '../../../support/oracle/run-with-oracle.js';
import { setMaxMessageBytes } from '../../../support/topic-changes.js';
import type { FaultyWorld } from '../faulty-world.js';
import { inParallel, OWN_CLIENT, ownRequest, postOwn } from '../own-records.js';
import { replayMatching } from '../replay.js';
import type { FaultRow, RowReport, Scale } from '../row.js';
import { warmSide } from '../warm-side.js';
import { poisonInABatch } from './poison-in-a-batch.js';

const LIMIT_BYTES = 20_000;
const NO_LIMIT_BYTES = 1_048_588;
const POISON = 'é'.repeat(LIMIT_BYTES);
const POISON_RECORDS = 24;
const AT_ONCE = 8;
/** The three records of a key, in the order in which they are posted. */
const BEFORE = 0;
const BAD = 1;
const AFTER = 2;

interface Scene {
  readonly world: FaultyWorld;
  readonly setup: BridgeSetup;
  readonly topic: string;
  /** One client, and one key, a poison record. */
  readonly clients: readonly number[];
}

/** Records that their topic does not take, each in the middle of a key. */
async function poisoned(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const batch = await poisonInABatch(world);
  if (scale === 'fast') {
    return { injected: 1, findings: [batch.findings], figures: [batch.figures] };
  }
  const goesOn = await policy(world, 'continue', (scene) => untilBuried(scene));
  const parks = await policy(world, 'park', untilParkedAndReplayed);
  const reports = [batch, goesOn, parks];
  const waited = reports.map(({ figures }) => figures.secondsWithoutDelivery);
  return {
    injected: 1 + 2 * POISON_RECORDS,
    findings: reports.map(({ findings }) => findings),
    figures: reports.map(({ figures }) => figures),
    note: `${POISON_RECORDS} with each policy; others waited at most ${Math.max(...waited.slice(1))} s`,
  };
}

async function policy(
  world: FaultyWorld,
  name: 'continue' | 'park',
  judged: (scene: Scene, run: Run) => Promise<void>,
): Promise<Report> {
  const topic = `poison-${randomUUID().slice(0, 8)}`;
  await world.kafka.createTopic(topic, { config: { 'max.message.bytes': String(LIMIT_BYTES) } });
  const setup = await world.bridge({ ON_DEAD_LETTER: name });
  await warmSide(world, setup);
  const clients = Array.from({ length: POISON_RECORDS }, (_, index) => OWN_CLIENT + index);
  const scene: Scene = { world, setup, topic, clients };
  const topics = [topic, await world.topic('well')];
  const report = await world.oracle(setup, { topics }, async (run) => {
    await run.load.untilMoreConfirmed(20);
    run.know(await inOneBatch(scene));
    run.know(await postAll(scene, clients.slice(1)));
    const waiting = await pendingPoison(scene);
    if (waiting === 0) throw new Error('The poison records were buried before others could wait.');
    await run.load.untilMoreConfirmed(10);
    if ((await pendingPoison(scene)) === 0) {
      throw new Error('Nothing else was delivered while poison records were being refused.');
    }
    await judged(scene, run);
  });
  await eachOnce(scene, report, name === 'park');
  return report;
}

/** The first key, alone among the poisoned and with all its records waiting at once. */
async function inOneBatch(scene: Scene): Promise<Posted[]> {
  const { world, clients } = scene;
  world.proxy.setLine({ state: 'closed' });
  const posted = await postAll(scene, clients.slice(0, 1));
  world.proxy.heal();
  await untilBuried(scene, 1);
  return posted;
}

async function postAll({ setup, topic }: Scene, clients: readonly number[]): Promise<Posted[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const posted: Posted[] = [];
  await inParallel(clients, AT_ONCE, async (client) => {
    for (const number of [BEFORE, BAD, AFTER]) {
      const request = ownRequest({
        topic,
        messageId: idIn(topic, client, number),
        key: `poisoned-${client}`,
        client,
        number,
        ...(number === BAD ? { filling: POISON } : {}),
      });
      posted.push(await postOwn(setup.bridge.url, agent, request, { prefer: 'wait=0' }));
    }
  });
  agent.destroy();
  return posted;
}

const idIn = (topic: string, client: number, number: number): string =>
  `${topic}-${client}-${number}`;

async function pendingPoison({ setup, clients }: Scene): Promise<number> {
  return clients.length - (await buried(setup));
}

async function buried({ bridge }: BridgeSetup): Promise<number> {
  const { outbox } = await getJson<HealthView>(`${bridge.url}/health`);
  return outbox.dlq;
}

async function untilBuried({ setup, clients }: Scene, letters = clients.length): Promise<void> {
  await until(
    `${letters} poison records are dead letters`,
    () => buried(setup),
    (count) => count === letters,
    120_000,
  );
}

/** What comes behind a dead letter waits, and nobody else does, until the limit is raised and it is replayed. */
async function untilParkedAndReplayed(scene: Scene, { load }: Run): Promise<void> {
  const { setup, topic, world, clients } = scene;
  await untilBuried(scene);
  await load.untilMoreConfirmed(40);
  for (const client of clients) {
    const status = async (number: number): Promise<string> =>
      (await messageView(setup.bridge.url, idIn(topic, client, number))).status;
    const [before, after] = [await status(BEFORE), await status(AFTER)];
    if (before !== 'sent' || after !== 'pending') {
      throw new Error(`Before a parked dead letter a record is ${before}, behind it ${after}.`);
    }
  }
  await setMaxMessageBytes(world.kafka.bootstrap, topic, NO_LIMIT_BYTES);
  const count = await replayMatching(setup.bridge.url, { topic, code: 'message_too_large' });
  if (count !== clients.length) throw new Error(`Only ${count} dead letters were replayed.`);
}

/** @throws Error when a poison record is not where the policy wants it, or not at its place in the key. */
async function eachOnce(scene: Scene, report: Report, delivered: boolean): Promise<void> {
  const { setup, topic, clients } = scene;
  const { records, deadLetters } = report.evidence;
  const letters = deadLetters.map((letter) => idOf(letter));
  for (const client of clients) {
    const bad = idIn(topic, client, BAD);
    const { status, retry_count: tries } = await messageView(setup.bridge.url, bad);
    if (status !== (delivered ? 'sent' : 'dlq')) throw new Error(`${bad} is ${status}.`);
    if (!delivered && tries !== 1) throw new Error(`${bad} was tried ${tries} times.`);
    const copies = letters.filter((id) => id === bad).length;
    if (copies !== 1) throw new Error(`${bad} is ${copies} times in the dead letter topic.`);
    const wanted = delivered ? [BEFORE, BAD, AFTER] : [BEFORE, AFTER];
    const found = ofKey(records, `poisoned-${client}`).map((record) => idOf(record));
    const expected = wanted.map((number) => idIn(topic, client, number));
    if (String(found) !== String(expected)) {
      throw new Error(`The key of ${bad} has ${found.join(', ')}.`);
    }
  }
}

function ofKey(records: readonly ConsumedRecord[], key: string): ConsumedRecord[] {
  return records
    .filter((record) => record.key?.toString() === key)
    .toSorted((a, b) => Number(a.offset - b.offset));
}

export const poisonRows: readonly FaultRow[] = [
  {
    number: 38,
    title: 'records that are too large for their topic, in the middle of a key',
    fast: false,
    withinMs: 4 * 60_000,
    run: poisoned,
  },
];
