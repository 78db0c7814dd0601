import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, until } from '../../../support/bridge-api.js';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import type { Load } from '../../../support/oracle/load.js';
import { postedOf, type Posted } from '../../../support/oracle/posted.js';
import type { FaultyWorld } from '../faulty-world.js';
import { OWN_CLIENT, ownRequest } from '../own-records.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const MIB = 2 ** 20;
const CLIENTS = 96;
const QUEUE_ROWS = 2_000;
const LINE_BYTES_PER_SECOND = 60_000;
const PROBE_MS = 100;
/** A refusal stores nothing and waits for nobody; the rest is for a machine that runs everything at once. */
const REFUSED_WITHIN_MS = 2_000;
/** What the process may hold more at the end of an overload than at its beginning. */
const MORE_BYTES = 96 * MIB;

/** One record posted beside the load, once. */
interface Probe {
  readonly posted: Posted;
  /** Seconds; NaN where the answer does not say. */
  readonly retryAfter: number;
  readonly ms: number;
  /** Resident bytes of the process at that time. */
  readonly memory: number;
}

interface Measured {
  readonly probes: readonly Probe[];
  /** POSTs of the load, and records that Kafka took, each second. */
  readonly offered: number;
  readonly taken: number;
}

/** More is posted than a slow line to Kafka takes, for longer than the queue has room. */
async function overload(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const lastsMs = scale === 'fast' ? 6_000 : 60_000;
  const topic = await world.topic('overload');
  const setup = await world.bridge({
    QUEUE_MAX_ROWS: String(QUEUE_ROWS),
    // One request of a batch must pass the slow line within the time that a Kafka client waits.
    BATCH_MAX_RECORDS: '100',
  });
  let measured: Measured = { probes: [], offered: 0, taken: 0 };
  const report = await world.oracle(
    setup,
    {
      topics: [topic],
      drainWithinMs: 180_000,
      load: {
        sequential: CLIENTS / 2,
        racing: CLIENTS / 2,
        valueBytes: { min: 120, max: 1_000 },
        httpHeaders: { prefer: 'wait=0' },
      },
    },
    async ({ load, know }) => {
      world.proxy.setLine({ bytesPerSecond: LINE_BYTES_PER_SECOND });
      await untilFull(setup.bridge);
      measured = await measure(setup.bridge, topic, load, lastsMs);
      know(measured.probes.map(({ posted }) => posted));
      await load.stop();
      world.proxy.heal();
    },
  );
  return {
    injected: refusalsOf(measured).length,
    findings: [report.findings],
    figures: [report.figures],
    note: verdict(measured),
  };
}

async function untilFull({ url }: BridgeProcess): Promise<void> {
  await until(
    'the queue is full',
    () => getJson<{ readonly code?: string }>(`${url}/health/ready`),
    ({ code }) => code === 'queue_full',
  );
}

async function measure(
  bridge: BridgeProcess,
  topic: string,
  load: Load,
  lastsMs: number,
): Promise<Measured> {
  const from = { at: Date.now(), sent: await sentBy(bridge), tries: await triesOf(load) };
  const probes: Probe[] = [];
  while (Date.now() < from.at + lastsMs) {
    probes.push(await probe(bridge, topic, probes.length));
    await delay(PROBE_MS);
  }
  const seconds = (Date.now() - from.at) / 1_000;
  return {
    probes,
    taken: ((await sentBy(bridge)) - from.sent) / seconds,
    offered: ((await triesOf(load)) - from.tries) / seconds,
  };
}

async function probe(bridge: BridgeProcess, topic: string, number: number): Promise<Probe> {
  const { posting, body } = ownRequest({
    topic,
    messageId: `${topic}-probe-${number}`,
    key: 'probe',
    client: OWN_CLIENT,
    number,
  });
  const at = Date.now();
  const response = await fetch(`${bridge.url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=0' },
    body: new Uint8Array(body),
  });
  const { code = null } = (await response.json()) as { readonly code?: string };
  const place = { confirmed: false, partition: null, offset: null };
  const answer = { status: response.status, code, ...place, at: Date.now() };
  return {
    posted: postedOf(posting, at, [answer]),
    retryAfter: Number(response.headers.get('retry-after') ?? Number.NaN),
    ms: answer.at - at,
    memory: await residentBytes(bridge),
  };
}

const refusalsOf = ({ probes }: Measured): readonly Probe[] =>
  probes.filter(({ posted }) => posted.outcome !== 'accepted');

/** @throws Error when the overload was none, or a refusal is not what a client needs. */
function verdict(measured: Measured): string {
  const { offered, taken, probes } = measured;
  const refusals = refusalsOf(measured);
  for (const { posted, retryAfter, ms } of refusals) {
    const { status, code } = posted;
    const right = (status === 429 || status === 503) && retryAfter >= 1 && ms < REFUSED_WITHIN_MS;
    if (!right) {
      throw new Error(`Refused with ${status} ${code}, Retry-After ${retryAfter}, in ${ms} ms.`);
    }
  }
  if (offered < 2 * taken) {
    throw new Error(`Only ${offered} POSTs a second came, and Kafka took ${taken}.`);
  }
  const third = Math.ceil(probes.length / 3);
  const peak = (some: readonly Probe[]): number => Math.max(...some.map(({ memory }) => memory));
  const grown = peak(probes.slice(-third)) - peak(probes.slice(0, third));
  if (grown > MORE_BYTES) throw new Error(`The overload took ${grown} bytes of memory.`);
  const slowest = Math.max(...refusals.map(({ ms }) => ms));
  return (
    `${Math.round(offered)} POSTs a second, Kafka took ${Math.round(taken)};` +
    ` slowest refusal ${slowest} ms; memory ${Math.round(grown / MIB)} MB more at the end`
  );
}

async function sentBy({ url }: BridgeProcess): Promise<number> {
  const { metrics } = await getJson<{ readonly metrics: { readonly totalSent: number } }>(
    `${url}/metrics`,
  );
  return metrics.totalSent;
}

async function triesOf(load: Load): Promise<number> {
  return (await load.read()).reduce((sum, { tries }) => sum + tries, 0);
}

async function residentBytes({ pid }: BridgeProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

export const overloadRows: readonly FaultRow[] = [
  {
    number: 44,
    title: 'more than twice what a slow Kafka takes, for 60 s',
    fast: false,
    withinMs: 5 * 60_000,
    run: overload,
  },
];
