import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import type { FaultyWorld } from '../faulty-world.js';
import { outage } from '../outage.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const SOFTWARE = 70;
const STOPS_WITHIN_MS = 30_000;
/** How much more memory than it has the process may still take before it is refused. */
const HEADROOM_BYTES = 8 * 1024 * 1024;

/** The bridge's process is another one at the end, so what it held at the beginning says nothing. */
const RESTARTED = ['resources'] as const;

async function terminated(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 2 : 12;
  const topics = [await world.topic('term')];
  const setup = await world.bridge();
  const { bridge, database } = setup;
  let slowest = 0;
  const report = await world.oracle(setup, { topics, without: RESTARTED }, async ({ load }) => {
    for (let time = 0; time < times; time++) {
      await load.untilMoreConfirmed(30);
      const from = Date.now();
      const code = await bridge.terminate();
      slowest = Math.max(slowest, Date.now() - from);
      if (code !== 0) throw new Error(`After SIGTERM the bridge ended with ${code}.`);
      await nothingOpen(database);
      await bridge.start();
    }
    await load.untilMoreConfirmed(10);
  });
  if (slowest > STOPS_WITHIN_MS) throw new Error(`A stop took ${slowest} ms.`);
  return {
    injected: times,
    findings: [report.findings],
    figures: [report.figures],
    note: `slowest stop ${slowest} ms`,
  };
}

/** SIGSTOP for longer than Kafka waits for a transaction, and for longer than a broker waits for a client. */
async function frozen(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const lasts = scale === 'fast' ? [3_000] : [5_000, 20_000, 90_000];
  const topics = [await world.topic('frozen')];
  const setup = await world.bridge();
  let resumedAfter = 0;
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    for (const lastsMs of lasts) {
      await load.untilMoreConfirmed(20);
      const seconds = await outage(load, {
        begin: () => setup.bridge.signal('SIGSTOP'),
        lastsMs,
        end: () => setup.bridge.signal('SIGCONT'),
      });
      resumedAfter = Math.max(resumedAfter, seconds);
    }
  });
  return {
    injected: lasts.length,
    resumedAfter,
    findings: [report.findings],
    figures: [report.figures],
  };
}

/** The process is refused more memory under load, and dies of it. */
async function outOfMemory(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 1 : 5;
  const topics = [await world.topic('oom')];
  const setup = await world.bridge();
  const ends: string[] = [];
  const report = await world.oracle(
    setup,
    { topics, without: RESTARTED, load: { valueBytes: { min: 1_000, max: 400_000 } } },
    async ({ load }) => {
      for (let time = 0; time < times; time++) {
        await load.untilMoreConfirmed(10);
        await forbidMemory(setup.bridge);
        const end = await setup.bridge.ended;
        ends.push(String(end?.code ?? end?.signal));
        await setup.bridge.start();
      }
      await load.untilMoreConfirmed(10);
    },
  );
  return {
    injected: times,
    findings: [report.findings],
    figures: [report.figures],
    note: `ended with ${[...new Set(ends)].join(', ')}`,
  };
}

async function uncaught(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 1 : 4;
  const topics = [await world.topic('uncaught')];
  const setup = await world.bridge();
  const { bridge } = setup;
  const faults = ["throw new Error('on purpose')", "Promise.reject(new Error('on purpose'))"];
  const report = await world.oracle(setup, { topics, without: RESTARTED }, async ({ load }) => {
    for (let time = 0; time < times; time++) {
      for (const fault of faults) {
        await load.untilMoreConfirmed(10);
        await bridge.kill();
        const code = `setTimeout(() => { ${fault} }, 3000)`;
        const preload = `data:text/javascript,${encodeURIComponent(code)}`;
        const { ended } = await bridge.launch({ NODE_OPTIONS: `--import ${preload}` });
        const end = await ended;
        if (end.code !== SOFTWARE) throw new Error(`The bridge ended with ${end.code}, not 70.`);
        if (!bridge.lines.slice(-20).some((line) => line.includes('on purpose'))) {
          throw new Error('The bridge did not say why it ended.');
        }
        await bridge.start();
      }
    }
    await load.untilMoreConfirmed(10);
  });
  return {
    injected: times * faults.length,
    findings: [report.findings],
    figures: [report.figures],
  };
}

async function nothingOpen(database: string): Promise<void> {
  const open = await sqliteFile(database, 'SELECT name FROM pipeline WHERE open_batch IS NOT NULL');
  if (open.length > 0) throw new Error('A stop in good order has left a batch open.');
}

async function forbidMemory(bridge: BridgeProcess): Promise<void> {
  const status = await readFile(`/proc/${bridge.pid}/status`, 'utf8');
  const data = Number(/VmData:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  const limit = data + HEADROOM_BYTES;
  await promisify(execFile)('prlimit', [`--pid=${bridge.pid}`, `--data=${limit}:${limit}`]);
}

const row = (number: number, title: string, fast: boolean, run: FaultRow['run']): FaultRow => ({
  number,
  title,
  fast,
  withinMs: 10 * 60_000,
  run,
});

export const processRows: readonly FaultRow[] = [
  row(3, 'bridge stopped with SIGTERM under load', true, terminated),
  row(4, 'bridge frozen (SIGSTOP) for 5, 20 and 90 s', false, frozen),
  row(5, 'bridge gets no more memory and dies', false, outOfMemory),
  row(6, 'uncaught exception, unhandled rejection', false, uncaught),
];
