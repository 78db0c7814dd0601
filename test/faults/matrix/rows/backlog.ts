import { readFile } from 'node:fs/promises';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import { until } from '../../../support/bridge-api.js';
import type { FaultyWorld } from '../faulty-world.js';
import { outage } from '../outage.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

/** For a machine that does nothing else; on a busy one, so much longer than with an empty outbox. */
const READY_WITHIN_MS = 3_000;
const LONGER_THAN_EMPTY_MS = 1_000;
const DRAIN_WITHIN_MS = 300_000;
/** What draining a backlog may add to the memory of a process that has just started. */
const MORE_BYTES = 150 * 1024 * 1024;
/** With more room than it needs, V8 leaves garbage lying about, and the memory says nothing. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=160' };

/** No broker is there for as long as it takes to queue the backlog; the bridge is killed with all of it waiting. */
async function noBrokers(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const rows = scale === 'fast' ? 2_000 : 100_000;
  const topics = [await world.topic('backlog')];
  const setup = await world.bridge(SMALL_HEAP);
  const { bridge } = setup;
  const emptyMs = await restart(bridge);
  let restartMs = 0;
  let resumedAfter = 0;
  let before = 0;
  const report = await world.oracle(
    setup,
    {
      topics,
      // The bridge is another process at the end; its memory is compared below.
      without: ['resources'],
      drainWithinMs: DRAIN_WITHIN_MS,
      load: {
        sequential: 32,
        racing: 16,
        valueBytes: { min: 120, max: 1_000 },
        httpHeaders: { prefer: 'wait=0' },
      },
    },
    async ({ load }) => {
      await world.kafka.killAll();
      await load.untilMore(rows, 600_000);
      restartMs = await restart(bridge);
      before = await residentBytes(bridge);
      await load.stop();
      resumedAfter = await resumes(world, bridge);
    },
  );
  const grown = (await residentBytes(bridge)) - before;
  if (restartMs > Math.max(READY_WITHIN_MS, emptyMs + LONGER_THAN_EMPTY_MS)) {
    throw new Error(`Ready again only after ${restartMs} ms; ${emptyMs} ms with an empty outbox.`);
  }
  if (grown > MORE_BYTES) throw new Error(`Draining took ${grown} bytes of memory for good.`);
  return {
    injected: 3,
    resumedAfter,
    findings: [report.findings],
    figures: [report.figures],
    note: `ready ${restartMs} ms after kill -9 with ${rows} rows waiting (${emptyMs} ms with none); memory ${Math.round(grown / 1_048_576)} MB more after the drain`,
  };
}

/** Kills it with -9 and starts it again. Returns the milliseconds until it is ready for records. */
async function restart(bridge: BridgeProcess): Promise<number> {
  const from = Date.now();
  await bridge.restart();
  await until(
    'the bridge is ready',
    () => fetch(`${bridge.url}/health/ready`),
    ({ ok }) => ok,
  );
  return Date.now() - from;
}

/** Seconds from the cluster being well to the first record that leaves the backlog. */
async function resumes(world: FaultyWorld, bridge: BridgeProcess): Promise<number> {
  await world.kafka.startAll();
  await world.kafka.waitReady();
  const waiting = await pending(bridge);
  const from = Date.now();
  await until(
    'the backlog shrinks',
    () => pending(bridge),
    (count) => count < waiting || count === 0,
    120_000,
  );
  return Math.round((Date.now() - from) / 100) / 10;
}

/** All brokers killed at once, again and again, under load. */
async function allKilled(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 1 : 5;
  const topics = [await world.topic('all')];
  const setup = await world.bridge();
  let resumedAfter = 0;
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    for (let time = 0; time < times; time++) {
      const seconds = await outage(load, {
        begin: () => world.kafka.killAll(),
        lastsMs: 2_000,
        end: () => world.kafka.startAll(),
        healed: () => world.kafka.waitReady(),
      });
      resumedAfter = Math.max(resumedAfter, seconds);
    }
  });
  return {
    injected: 3 * times,
    resumedAfter,
    findings: [report.findings],
    figures: [report.figures],
  };
}

async function everyBroker(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const short = await allKilled(world, scale);
  const long = await noBrokers(world, scale);
  return {
    injected: short.injected + long.injected,
    resumedAfter: Math.max(short.resumedAfter ?? 0, long.resumedAfter ?? 0),
    findings: [...short.findings, ...long.findings],
    figures: [...short.figures, ...long.figures],
    ...(long.note === undefined ? {} : { note: long.note }),
  };
}

async function pending(bridge: BridgeProcess): Promise<number> {
  const response = await fetch(`${bridge.url}/health`);
  const { outbox } = (await response.json()) as { readonly outbox: { readonly pending: number } };
  return outbox.pending;
}

async function residentBytes(bridge: BridgeProcess): Promise<number> {
  const status = await readFile(`/proc/${bridge.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

export const backlogRows: readonly FaultRow[] = [
  {
    number: 16,
    title: 'all brokers killed with -9; 100,000 rows queued meanwhile',
    fast: false,
    withinMs: 20 * 60_000,
    run: everyBroker,
  },
];
