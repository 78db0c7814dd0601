import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import type { Load } from '../../../support/oracle/load.js';
import { Strace } from '../../../support/strace.js';
import { endsWith } from '../ends.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const SOFTWARE = 70;
const SYNC_CALLS = ['fsync', 'fdatasync'];
const ACCEPTED_HERE = '"HTTP/1.1 201';
/** A sync that is slower than any answer of an event loop that does not wait for it. */
const SLOW_SYNC_MS = 100;
const CLIENTS = 32;
const ACCEPTS_PER_SYNC = 3;

/** The bridge's process is another one at the end, so what it held at the beginning says nothing. */
const RESTARTED = ['resources'] as const;

/**
 * fsync fails once: of the write-ahead log, in the middle of a commit, or of the database, in a checkpoint. The
 * kernel may then have dropped what it was asked to keep, so nothing may be promised any more.
 */
async function failedSync(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 4 : 12;
  const topics = [await world.topic('eio')];
  const setup = await world.bridge();
  let answersSeen = 0;
  const report = await world.oracle(
    setup,
    {
      topics,
      without: RESTARTED,
      // An answer then follows its commit at once, and what follows the error must not be one.
      load: { httpHeaders: { prefer: 'wait=0' } },
    },
    async ({ load }) => {
      for (let time = 0; time < times; time++) {
        await load.untilMore(50);
        answersSeen += await (time % 2 === 0
          ? failInCommit(setup, 1 + 2 * time)
          : failInCheckpoint(setup));
        await setup.bridge.start();
      }
      await load.untilMore(50);
    },
  );
  // Otherwise an answer after the error would not be seen either.
  if (answersSeen === 0) throw new Error('No answer before an error was seen.');
  return {
    injected: times,
    findings: [report.findings],
    figures: [report.figures],
    note: `half of them in a commit, half in a checkpoint; each ended with ${SOFTWARE}`,
  };
}

/**
 * The calls are written down in their order, so an answer after the error is one that the bridge has sent after it.
 * Returns the number of those before.
 */
async function failInCommit({ bridge }: BridgeSetup, when: number): Promise<number> {
  const trace = [...SYNC_CALLS, 'write', 'writev'];
  const calls = await withFailingSync(bridge, { trace, when });
  const error = calls.findIndex((call) => call.includes('EIO') && call.includes('(INJECTED)'));
  if (error < 0) throw new Error('No sync has failed.');
  const promised = calls.slice(error).filter((call) => call.includes(ACCEPTED_HERE));
  if (promised.length > 0) throw new Error(`${promised.length} records were accepted after EIO.`);
  return calls.filter((call) => call.includes(ACCEPTED_HERE)).length;
}

async function failInCheckpoint({ bridge, database }: BridgeSetup): Promise<number> {
  const calls = await withFailingSync(bridge, { trace: SYNC_CALLS, when: 1, path: database });
  if (!calls.some((call) => call.includes('(INJECTED)'))) throw new Error('No sync has failed.');
  return 0;
}

/** Waits for the end of the bridge; the kernel's answers until then. */
async function withFailingSync(
  bridge: BridgeProcess,
  fault: { readonly trace: readonly string[]; readonly when: number; readonly path?: string },
): Promise<string[]> {
  const { when, ...looked } = fault;
  const inject = `${SYNC_CALLS.join(',')}:error=EIO:when=${when}`;
  const strace = await Strace.attach(bridge.pid ?? 0, { ...looked, inject });
  try {
    await endsWith('After EIO the bridge', bridge.ended, SOFTWARE);
    if (!bridge.lines.slice(-20).some((line) => line.includes('The storage has failed for good'))) {
      throw new Error('The bridge did not say why it ended.');
    }
    await strace.detach();
    return await strace.calls();
  } finally {
    await strace.detach();
    await strace.dispose();
  }
}

interface SlowTime {
  readonly syncs: number;
  readonly accepted: number;
  readonly seconds: number;
  /** Median of the time that `GET /health/live` takes, in milliseconds. */
  readonly liveMs: number;
}

/** Each sync takes a tenth of a second. */
async function slowDisk(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const records = scale === 'fast' ? 500 : 2_000;
  const topics = [await world.topic('slow-disk')];
  const setup = await world.bridge();
  let slow: SlowTime = { syncs: 0, accepted: 0, seconds: 0, liveMs: 0 };
  const report = await world.oracle(
    setup,
    {
      topics,
      load: {
        sequential: CLIENTS / 2,
        racing: CLIENTS / 2,
        httpHeaders: { prefer: 'wait=0' },
      },
    },
    async ({ load }) => {
      await load.untilMore(50);
      slow = await whileSlow(setup.bridge, load, records);
      await load.untilMore(50);
    },
  );
  const { syncs, accepted, seconds, liveMs } = slow;
  if (accepted < ACCEPTS_PER_SYNC * syncs) {
    throw new Error(`${syncs} syncs carried ${accepted} accepts: they do not share them.`);
  }
  if (liveMs >= SLOW_SYNC_MS) {
    throw new Error(`GET /health/live took ${liveMs} ms: the event loop waits for the disk.`);
  }
  return {
    injected: syncs,
    findings: [report.findings],
    figures: [report.figures],
    note:
      `${Math.round(accepted / seconds)} accepts/s, ${(accepted / syncs).toFixed(1)} a sync of` +
      ` ${SLOW_SYNC_MS} ms; GET /health/live in ${liveMs} ms (median)`,
  };
}

async function whileSlow(bridge: BridgeProcess, load: Load, records: number): Promise<SlowTime> {
  const inject = `${SYNC_CALLS.join(',')}:delay_exit=${SLOW_SYNC_MS * 1_000}`;
  const strace = await Strace.attach(bridge.pid ?? 0, { trace: SYNC_CALLS, inject });
  try {
    const from = { at: Date.now(), accepted: (await load.progress()).accepted };
    const live: number[] = [];
    const over = new AbortController();
    const asking = (async () => {
      while (!over.signal.aborted) {
        live.push(await msOf(`${bridge.url}/health/live`));
        await delay(20);
      }
    })();
    await load.untilMore(records, 300_000).finally(() => over.abort());
    await asking;
    const accepted = (await load.progress()).accepted - from.accepted;
    const calls = await strace.calls();
    return {
      accepted,
      seconds: (Date.now() - from.at) / 1_000,
      syncs: calls.filter((call) => call.includes('(DELAYED)')).length,
      liveMs: Math.round(live.toSorted((a, b) => a - b)[live.length >> 1] ?? Infinity),
    };
  } finally {
    await strace.detach();
    await strace.dispose();
  }
}

async function msOf(url: string): Promise<number> {
  const from = performance.now();
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  await response.arrayBuffer();
  return performance.now() - from;
}

export const storageRows: readonly FaultRow[] = [
  {
    number: 29,
    title: 'fsync fails with EIO, in a commit or in a checkpoint',
    fast: false,
    withinMs: 5 * 60_000,
    run: failedSync,
  },
  {
    number: 30,
    title: 'each fsync takes 100 ms',
    fast: false,
    withinMs: 5 * 60_000,
    run: slowDisk,
  },
];
