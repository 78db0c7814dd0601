import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Broker } from '../../../../dev/kafka/broker.js';
import { until } from '../../../support/bridge-api.js';
import type { Load } from '../../../support/oracle/load.js';
import { Tmpfs } from '../../../support/tmpfs.js';
import type { FaultyWorld } from '../faulty-world.js';
import { outage } from '../outage.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const MIB = 2 ** 20;
/** Room on the small disk beside the data that the broker has already. */
const ROOM_MIB = 32;
const NOTICED_WITHIN_MS = 120_000;
const NOTICED = /No space left on device|log directories .*failed|KafkaStorageException/;
const run = promisify(execFile);

/** The disk of one broker after the other is full, until the broker goes down or gives its log folder up. */
async function brokerDiskFull(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const brokers = world.kafka.brokers.slice(0, scale === 'fast' ? 1 : 3);
  const topics = [await world.topic('broker-disk')];
  const setup = await world.bridge();
  let resumedAfter = 0;
  const ends: string[] = [];
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    for (const broker of brokers) {
      await onSmallDisk(world, broker, async (disk) => {
        await load.untilMoreConfirmed(20);
        const seconds = await outage(load, full(world, broker, disk, load, ends));
        resumedAfter = Math.max(resumedAfter, seconds);
      });
    }
  });
  return {
    injected: brokers.length,
    resumedAfter,
    findings: [report.findings],
    figures: [report.figures],
    note:
      `the brokers ${ends.join(', ')};` +
      ` longest time without a confirmation ${report.figures.secondsWithoutDelivery} s`,
  };
}

function full(
  world: FaultyWorld,
  broker: Broker,
  disk: Tmpfs,
  load: Load,
  ends: string[],
): Parameters<typeof outage>[1] {
  return {
    begin: async () => {
      await disk.fill();
      await untilNoticed(broker, disk);
    },
    lastsMs: 3_000,
    end: async () => {
      // The two others are enough.
      await load.untilMoreConfirmed(20);
      ends.push(broker.state === 'ended' ? 'went down' : 'ran on without its folder');
      await disk.clear();
      await broker.kill();
      await broker.start();
    },
    healed: () => world.kafka.waitReady(),
  };
}

/** What the broker frees meanwhile is taken from it as well. */
async function untilNoticed(broker: Broker, disk: Tmpfs): Promise<void> {
  await until(
    `broker ${broker.id} notices that its disk is full`,
    async () => {
      await disk.fill();
      return broker.state === 'ended' || NOTICED.test(await broker.logTail());
    },
    (noticed) => noticed,
    NOTICED_WITHIN_MS,
  );
}

/** Moves the broker's data to a small disk for as long as `work` takes. The broker runs before and after. */
async function onSmallDisk(
  world: FaultyWorld,
  broker: Broker,
  work: (disk: Tmpfs) => Promise<void>,
): Promise<void> {
  const { dataFolder } = broker;
  if (dataFolder === null) throw new Error('The data of a broker in a container cannot be moved.');
  const aside = await mkdtemp(join(tmpdir(), 'ponte-broker-'));
  await broker.stop();
  await copy(dataFolder, aside);
  const disk = await Tmpfs.mount(dataFolder, Math.ceil((await bytesIn(aside)) / MIB) + ROOM_MIB);
  try {
    await copy(aside, dataFolder);
    await broker.start();
    await world.kafka.waitReady();
    await work(disk);
  } finally {
    await broker.kill();
    await disk.clear();
    await rm(aside, { recursive: true, force: true });
    await copy(dataFolder, aside);
    await disk.unmount();
    await rm(dataFolder, { recursive: true, force: true });
    await copy(aside, dataFolder);
    await rm(aside, { recursive: true, force: true });
    await broker.start();
  }
  await world.kafka.waitReady();
}

/** All that is in a folder. Kafka's index files are mostly holes, and stay so. */
async function copy(from: string, to: string): Promise<void> {
  await run('mkdir', ['-p', to]);
  await run('cp', ['-a', '--sparse=always', `${from}/.`, to]);
}

/** What the files take on the disk. */
async function bytesIn(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-s', '--block-size=1', folder]);
  return Number(stdout.split('\t')[0]);
}

export const brokerDiskRows: readonly FaultRow[] = [
  {
    number: 27,
    title: "a broker's disk is full",
    fast: false,
    withinMs: 8 * 60_000,
    run: brokerDiskFull,
  },
];
