import type { Line, WireFault } from '../../../support/kafka-proxy/faults.js';
import { API } from '../../../support/kafka-proxy/faults.js';
import type { FaultyWorld } from '../faulty-world.js';
import { outage } from '../outage.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

interface LineRow {
  readonly number: number;
  readonly title: string;
  /** The lines that the bridge's way to all brokers becomes, one after the other. */
  readonly lines: readonly Partial<Line>[];
  /** Milliseconds that each lasts. */
  readonly lasts: Readonly<Record<Scale, readonly number[]>>;
  readonly fast: boolean;
}

async function badLine(world: FaultyWorld, row: LineRow, scale: Scale): Promise<RowReport> {
  const topics = [await world.topic('line')];
  const setup = await world.bridge();
  let injected = 0;
  let resumedAfter = 0;
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    for (const lastsMs of row.lasts[scale]) {
      for (const line of row.lines) {
        const seconds = await outage(load, {
          begin: () => world.proxy.setLine(line),
          lastsMs,
          end: () => world.proxy.heal(),
        });
        resumedAfter = Math.max(resumedAfter, seconds);
        injected++;
      }
    }
  });
  return { injected, resumedAfter, findings: [report.findings], figures: [report.figures] };
}

/** While the fence gets no answer, records are accepted all the same. */
async function noFence(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const topics = [await world.topic('fence')];
  const setup = await world.bridge();
  const fault: WireFault = { on: 'answer', apis: [API.initProducerId], act: { kind: 'drop' } };
  const rounds = scale === 'fast' ? [5_000] : [10_000, 30_000];
  let injected = 0;
  let resumedAfter = 0;
  const report = await world.oracle(
    setup,
    // The bridge is another process at the end.
    { topics, without: ['resources'] },
    async ({ load }) => {
      for (const lastsMs of rounds) {
        const injection = world.proxy.inject(fault);
        const seconds = await outage(load, {
          begin: async () => {
            await setup.bridge.restart();
            await load.untilMore(20);
          },
          lastsMs,
          end: () => injection.remove(),
        });
        resumedAfter = Math.max(resumedAfter, seconds);
        injected += injection.hits;
      }
    },
  );
  return { injected, resumedAfter, findings: [report.findings], figures: [report.figures] };
}

/** Connections that are reset again and again. */
async function resetStorm(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const topics = [await world.topic('reset')];
  const setup = await world.bridge();
  const rounds = scale === 'fast' ? 3 : 20;
  let most = 0;
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    world.proxy.setLine({ sliceBytes: 100 });
    for (let round = 0; round < rounds; round++) {
      await load.untilMore(20);
      most = Math.max(most, world.proxy.connections);
      world.proxy.resetConnections();
    }
    world.proxy.heal();
    await load.untilMoreConfirmed(20);
  });
  if (most > 60) throw new Error(`The bridge had ${most} connections to Kafka at once.`);
  return {
    injected: rounds,
    findings: [report.findings],
    figures: [report.figures],
    note: `at most ${most} connections`,
  };
}

const rows: readonly LineRow[] = [
  {
    number: 22,
    title: 'network partition between bridge and brokers (nothing moves, or refused)',
    lines: [{ state: 'dead' }, { state: 'closed' }],
    lasts: { fast: [3_000], full: [5_000, 20_000, 60_000] },
    fast: true,
  },
  {
    number: 23,
    title: 'one-way loss: requests arrive, answers do not',
    lines: [{ state: 'deaf' }],
    lasts: { fast: [3_000], full: [3_000, 10_000, 30_000] },
    fast: true,
  },
  {
    number: 24,
    title: 'latency 200 ms ± 200, and 50 KB/s',
    lines: [{ latencyMs: 200, jitterMs: 200 }, { bytesPerSecond: 50_000 }],
    lasts: { fast: [3_000], full: [20_000] },
    fast: false,
  },
];

export const lineRows: readonly FaultRow[] = [
  {
    number: 10,
    title: 'the fence (InitProducerId) gets no answer for up to 30 s',
    fast: false,
    withinMs: 5 * 60_000,
    run: noFence,
  },
  ...rows.map((row): FaultRow => ({
    number: row.number,
    title: row.title,
    fast: row.fast,
    withinMs: 10 * 60_000,
    run: (world, scale) => badLine(world, row, scale),
  })),
  {
    number: 25,
    title: 'connections reset again and again, packets sliced',
    fast: false,
    withinMs: 5 * 60_000,
    run: resetStorm,
  },
];
