import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getJson, until, type HealthView } from '../../../support/bridge-api.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import type { Load } from '../../../support/oracle/load.js';
import { Tmpfs } from '../../../support/tmpfs.js';
import type { FaultyWorld } from '../faulty-world.js';
import { untilReadyIs } from '../ready.js';
import type { FaultRow, RowReport } from '../row.js';

const DISK_MIB = 48;
const MIB = 2 ** 20;
/** A purge comes once a minute, and pages are given back 200 every two seconds. */
const ROOM_WITHIN_MS = 240_000;
const DRAIN_WITHIN_MS = 120_000;
const FULL_WITHIN_MS = 120_000;
const LOW = 'storage_low';
const BACKLOG_TRIES = 5;
const HELD_MS = 15_000;
/** Each may tell once that it failed. */
const KINDS_OF_SWEEP = 3;

/**
 * First the backlog fills the bridge's own small disk while Kafka cannot be reached, then a stranger's file does.
 * Both times the drain goes on, and the bridge accepts again when there is room, without a restart.
 */
async function fullDisk(world: FaultyWorld): Promise<RowReport> {
  const topics = [await world.topic('full-disk')];
  const setup = await world.prepare({
    OUTBOX_BALLAST: '4 MiB',
    BATCH_MAX_BYTES: '1 MiB',
    MIN_FREE_DISK: '10 MiB',
    // What is delivered makes room at the next purge.
    RETENTION_SENT: '1s',
  });
  const { bridge } = setup;
  const disk = await Tmpfs.mount(dirname(setup.database), DISK_MIB);
  try {
    await bridge.start();
    if ((await ballastBytes(setup)) === 0) throw new Error('The bridge has made no ballast.');
    let note = '';
    const report = await world.oracle(
      setup,
      {
        topics,
        // The process is another one at the end, so what it held at the beginning says nothing.
        without: ['resources'],
        // Nobody waits for Kafka, or it would take long to fill the disk.
        load: { valueBytes: { min: 1_000, max: 40_000 }, httpHeaders: { prefer: 'wait=0' } },
      },
      async ({ load }) => {
        await load.untilMore(20);
        note = await filledByBacklog(world, setup, disk, load);
        note += await filledByOthers(world, setup, disk, load);
        note += await filledToTheLastByte(world, setup, disk, load);
      },
    );
    return { injected: 3, findings: [report.findings], figures: [report.figures], note };
  } finally {
    await bridge.kill();
    await disk.unmount();
  }
}

async function filledByBacklog(
  world: FaultyWorld,
  setup: BridgeSetup,
  disk: Tmpfs,
  load: Load,
): Promise<string> {
  const { url } = setup.bridge;
  world.proxy.setLine({ state: 'closed' });
  await untilReadyIs(url, LOW, FULL_WITHIN_MS);
  const free = (await disk.freeBytes()) - (await bytesOf(`${setup.database}-wal`));
  await refusal(url);
  if (free <= 0) throw new Error('It was refused only when nothing was left.');
  const { pending } = (await health(url)).outbox;
  world.proxy.heal();
  await untilNothingWaits(url);
  const from = Date.now();
  await untilReadyIs(url, null, ROOM_WITHIN_MS);
  const seconds = Math.round((Date.now() - from) / 1_000);
  await untilBallast(setup);
  await load.untilMore(20);
  return (
    `refused at ${pending} pending with ${Math.round(free / MIB)} MiB free,` +
    ` open ${seconds} s after the drain by retention; `
  );
}

async function filledByOthers(
  world: FaultyWorld,
  setup: BridgeSetup,
  disk: Tmpfs,
  load: Load,
): Promise<string> {
  const { url } = setup.bridge;
  await backlogBesideBallast(world, setup, load);
  await disk.fill();
  await untilReadyIs(url, LOW, FULL_WITHIN_MS);
  await refusal(url);
  const { pending } = (await health(url)).outbox;
  if (pending === 0) throw new Error('Nothing waited when the disk was full.');
  world.proxy.heal();
  await untilNothingWaits(url);
  // The drain may have made some room of its own; the stranger takes that, too.
  await disk.fill();
  await untilReadyIs(url, LOW, FULL_WITHIN_MS);
  await disk.clear();
  await untilReadyIs(url, null, ROOM_WITHIN_MS);
  await load.untilMore(20);
  return `${pending} pending drained on a full disk; `;
}

/**
 * A backlog that has left the ballast in place: what was given back before would be the stranger's, and nothing
 * could move. On a busy machine the clients may post more than that before the disk is filled.
 */
async function backlogBesideBallast(
  world: FaultyWorld,
  setup: BridgeSetup,
  load: Load,
): Promise<void> {
  const { bridge } = setup;
  for (let tries = 0; tries < BACKLOG_TRIES; tries++) {
    world.proxy.setLine({ state: 'closed' });
    await load.untilMore(50);
    // A write-ahead log that has grown before would be room enough for the drain: it begins anew.
    await bridge.terminate();
    await bridge.start();
    if ((await ballastBytes(setup)) > 0) return;
    world.proxy.heal();
    await untilNothingWaits(bridge.url);
    await untilBallast(setup);
  }
  throw new Error('The backlog took the room of the ballast each time.');
}

/** The stranger takes every byte that the bridge gives back, too: nothing moves, until there is room again. */
async function filledToTheLastByte(
  world: FaultyWorld,
  setup: BridgeSetup,
  disk: Tmpfs,
  load: Load,
): Promise<string> {
  const { url, lines } = setup.bridge;
  world.proxy.setLine({ state: 'closed' });
  await load.untilMore(20);
  const before = { failures: await sweepFailures(url), lines: lines.length };
  let healedAt = Infinity;
  await until(
    'the disk has been full for a while',
    async () => {
      await disk.fill();
      if (healedAt === Infinity && (await ballastBytes(setup)) === 0) {
        world.proxy.heal();
        healedAt = Date.now();
      }
      return Date.now() - healedAt;
    },
    (ms) => ms > HELD_MS,
    FULL_WITHIN_MS,
  );
  const failures = (await sweepFailures(url)) - before.failures;
  const told = lines.slice(before.lines).filter((line) => line.includes('the sweep failed'));
  if (told.length > KINDS_OF_SWEEP && told.length * 2 > failures) {
    throw new Error(`Told ${told.length} times: ${told[0]}`);
  }
  const misled = lines.find((line) => line.includes('waits for Kafka: The disk'));
  if (misled !== undefined) throw new Error(`It blames Kafka: ${misled}`);
  await disk.clear();
  await untilReadyIs(url, null, ROOM_WITHIN_MS);
  await load.untilMore(20);
  return 'and again after the last byte was gone';
}

async function sweepFailures(url: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } });
  return Number(/^ponte_sweep_failures\S* (\d+)/m.exec(await response.text())?.[1]);
}

/** A POST now is refused, and the answer says when to come again. It is of no topic of the run. */
async function refusal(url: string): Promise<void> {
  const response = await fetch(`${url}/topics/refused`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=0' },
    body: JSON.stringify({ data: 'refused' }),
    signal: AbortSignal.timeout(30_000),
  });
  const { code } = (await response.json()) as { readonly code?: string };
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const { status } = response;
  if ((status !== 507 && status !== 503) || !(retryAfter >= 1)) {
    throw new Error(`Answered with ${status} ${code}, Retry-After ${retryAfter}.`);
  }
}

/** While nothing new is let in. */
async function untilNothingWaits(url: string): Promise<void> {
  await until(
    'the backlog is drained',
    () => health(url),
    ({ outbox }) => outbox.pending + outbox.failed === 0,
    DRAIN_WITHIN_MS,
  );
}

function untilBallast(setup: BridgeSetup): Promise<unknown> {
  return until(
    'the ballast is there again',
    () => ballastBytes(setup),
    (bytes) => bytes > 0,
    ROOM_WITHIN_MS,
  );
}

function health(url: string): Promise<HealthView> {
  return getJson<HealthView>(`${url}/health`);
}

function ballastBytes({ database }: BridgeSetup): Promise<number> {
  return bytesOf(`${database}.ballast`);
}

/** 0 when there is no such file. */
async function bytesOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

export const diskRows: readonly FaultRow[] = [
  {
    number: 28,
    title: "the bridge's disk is full: of its backlog, then of a stranger's file",
    fast: false,
    withinMs: 8 * 60_000,
    run: fullDisk,
  },
];
