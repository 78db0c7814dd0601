import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import { cutRequest, rawPost } from '../../../support/cut-request.js';
import { noAnswer, postedOf, type Posted } from '../../../support/oracle/posted.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import type { FaultyWorld } from '../faulty-world.js';
import { inParallel, OWN_CLIENT, ownRequest, postOwn, type OwnRequest } from '../own-records.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const AT_ONCE = 8;
const SOCKETS = 50;
/** A record is confirmed some tens of milliseconds after its last byte has come. */
const AROUND_THE_ANSWER_MS = 40;

interface CutOff {
  /** Requests of which the bridge never had the last byte. */
  readonly torn: OwnRequest[];
  /** Requests that were whole when the client went away. */
  readonly whole: OwnRequest[];
  answered: number;
}

/** Clients that go away in the middle of what they send, or before they are answered. */
async function cutOff(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const cuts = scale === 'fast' ? 90 : 800;
  const topics = [await world.topic('cut')];
  const setup = await world.bridge();
  const { bridge, database } = setup;
  const cut: CutOff = { torn: [], whole: [], answered: 0 };
  const report = await world.oracle(setup, { topics }, async ({ load, know }) => {
    const numbers = Array.from({ length: cuts }, (_, number) => number);
    await inParallel(numbers, AT_ONCE, (number) => cutOne(bridge, topics[0] ?? '', number, cut));
    await nothingOf(cut.torn, database);
    const again = [...everySecond(cut.torn, 0), ...everySecond(cut.whole, 0)];
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    await inParallel(again, AT_ONCE, async (request) => {
      know([await postOwn(bridge.url, agent, request)]);
    });
    agent.destroy();
    know(everySecond(cut.whole, 1).map(({ posting }) => unanswered(posting)));
    await load.untilMoreConfirmed(20);
  });
  await nothingOf(everySecond(cut.torn, 1), database);
  const stored = await rowsOf(everySecond(cut.whole, 1), database);
  if (stored === 0) throw new Error('No record was stored whose client went before the answer.');
  return {
    injected: cuts - cut.answered,
    findings: [report.findings],
    figures: [report.figures],
    note: `${cut.torn.length} requests torn, ${cut.whole.length} clients gone after the last byte`,
  };
}

async function cutOne(
  bridge: BridgeProcess,
  topic: string,
  number: number,
  cut: CutOff,
): Promise<void> {
  const name = `cut-${number}`;
  const request = ownRequest({
    topic,
    messageId: `${topic}-${name}`,
    key: name,
    client: OWN_CLIENT,
    number,
    filling: 'x'.repeat(Math.floor(Math.random() * 3_000)),
  });
  const bytes = rawPost(`/topics/${topic}`, request.body, number % 4 === 0);
  const whole = number % 3 === 0;
  const answered = await cutRequest(bridge.port, bytes, {
    bytes: whole ? bytes.length : Math.floor(Math.random() * bytes.length),
    waitMs: Math.random() * AROUND_THE_ANSWER_MS,
    reset: number % 2 === 0,
  });
  (whole ? cut.whole : cut.torn).push(request);
  if (answered) cut.answered++;
}

const everySecond = <T>(all: readonly T[], from: 0 | 1): T[] =>
  all.filter((_, index) => index % 2 === from);

function unanswered(posting: OwnRequest['posting']): Posted {
  const now = Date.now();
  return postedOf(posting, now, [noAnswer(now)]);
}

async function nothingOf(requests: readonly OwnRequest[], database: string): Promise<void> {
  const rows = await rowsOf(requests, database);
  if (rows > 0) throw new Error(`${rows} records were stored of which the body never came whole.`);
}

async function rowsOf(requests: readonly OwnRequest[], database: string): Promise<number> {
  const ids = requests.map(({ posting }) => `'${posting.messageId}'`).join(', ');
  const [row] = await sqliteFile(
    database,
    `SELECT COUNT(*) AS n FROM outbox WHERE message_id IN (${ids})`,
  );
  return Number(row?.['n']);
}

/** One message id on 50 sockets at once; in every fourth round the bridge is killed meanwhile. */
async function fiftyAtOnce(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const rounds = scale === 'fast' ? 8 : 60;
  const topics = [await world.topic('same')];
  const setup = await world.bridge();
  const requests = Array.from({ length: rounds }, (_, number) => sameId(topics[0] ?? '', number));
  let struck = 0;
  const report = await world.oracle(
    setup,
    // The bridge is another process at the end.
    { topics, without: ['resources'] },
    async ({ load, know }) => {
      for (const [number, request] of requests.entries()) {
        const answers = await allAtOnce(setup.bridge, request, number % 4 === 3);
        const [confirmed = answers[0]] = answers.filter((one) => one.confirmed);
        if (confirmed !== undefined) know([confirmed]);
        if (answers.some(({ tries }) => tries > 1)) struck++;
      }
      await load.untilMoreConfirmed(20);
    },
  );
  const rows = await rowsOf(requests, setup.database);
  if (rows !== rounds) throw new Error(`${rounds} message ids have made ${rows} rows.`);
  if (struck === 0) throw new Error('The bridge was never killed while a message id was posted.');
  return {
    injected: rounds,
    findings: [report.findings],
    figures: [report.figures],
    note: `${rounds} message ids, ${SOCKETS} POSTs each; killed in the midst of ${struck}`,
  };
}

function sameId(topic: string, number: number): OwnRequest {
  const name = `same-${number}`;
  return ownRequest({
    topic,
    messageId: `${topic}-${name}`,
    key: name,
    client: OWN_CLIENT,
    number,
  });
}

/** @throws Error when an answer is not good, or names another place than the others. */
async function allAtOnce(
  bridge: BridgeProcess,
  request: OwnRequest,
  kill: boolean,
): Promise<Posted[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const posts = Array.from({ length: SOCKETS }, () => postOwn(bridge.url, agent, request));
  if (kill) {
    await delay(Math.random() * AROUND_THE_ANSWER_MS);
    await bridge.restart();
  }
  const answers = await Promise.all(posts);
  agent.destroy();
  const { messageId } = request.posting;
  const bad = answers.find(({ outcome }) => outcome !== 'accepted');
  if (bad !== undefined) throw new Error(`${messageId}: answered ${bad.status} ${bad.code}.`);
  const places = new Set(
    answers
      .filter(({ confirmed }) => confirmed)
      .map(({ partition, offset }) => `${partition}@${offset}`),
  );
  if (places.size > 1) throw new Error(`${messageId}: answered ${[...places].join(' and ')}.`);
  return answers;
}

export const clientRows: readonly FaultRow[] = [
  {
    number: 36,
    title: 'clients gone at a random byte of the request, or before the answer',
    fast: true,
    withinMs: 3 * 60_000,
    run: cutOff,
  },
  {
    number: 37,
    title: 'one message id on 50 sockets at once, also across kill -9',
    fast: true,
    withinMs: 3 * 60_000,
    run: fiftyAtOnce,
  },
];
