import { BridgeProcess } from '../../../support/bridge-process.js';
import { endsWith } from '../ends.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const LOCKED = 73;

/** Somebody starts the bridge a second time, on the same file, while the first one is at work. */
async function secondProcess(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const times = scale === 'fast' ? 2 : 10;
  const topics = [await world.topic('second')];
  const setup = await world.bridge();
  const { bridge } = setup;
  const { pid } = bridge;
  const second = await BridgeProcess.prepare({ env: bridge.env });
  try {
    const report = await world.oracle(setup, { topics }, async ({ load }) => {
      for (let time = 0; time < times; time++) {
        await load.untilMoreConfirmed(20);
        await refused(second);
      }
      await load.untilMoreConfirmed(20);
      if (bridge.pid !== pid) throw new Error('The first process is not the one that it was.');
    });
    return { injected: times, findings: [report.findings], figures: [report.figures] };
  } finally {
    await second.kill();
  }
}

async function refused(second: BridgeProcess): Promise<void> {
  const before = second.lines.length;
  const { ended } = await second.launch();
  await endsWith('The second process', ended, LOCKED);
  const said = second.lines.slice(before);
  if (said.length !== 1 || said[0]?.startsWith('storage_locked: Another process') !== true) {
    throw new Error(`The second process said: ${said.join(' | ')}`);
  }
}

export const secondProcessRows: readonly FaultRow[] = [
  {
    number: 33,
    title: 'a second process on the same SQLite file',
    fast: true,
    withinMs: 5 * 60_000,
    run: secondProcess,
  },
];
