import { API, type WireFault } from '../../../support/kafka-proxy/faults.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

interface WireRow {
  readonly number: number;
  readonly title: string;
  readonly faults: readonly WireFault[];
  /** Hits of all faults together. */
  readonly hits: { readonly fast: number; readonly full: number };
  readonly fast: boolean;
}

/** Lets a fault strike again and again under load, and the bridge get over it. */
async function strike(world: FaultyWorld, row: WireRow, scale: Scale): Promise<RowReport> {
  const topics = [await world.topic('wire'), await world.topic('wire')];
  const setup = await world.bridge();
  const wanted = row.hits[scale];
  let injected = 0;
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    while (injected < wanted) {
      for (const fault of row.faults) {
        const injection = world.proxy.inject({ ...fault, times: 1 });
        await load.untilMoreConfirmed(40);
        injection.remove();
        injected += injection.hits;
      }
    }
  });
  return { injected, findings: [report.findings], figures: [report.figures] };
}

const lost = (...apis: number[]): WireFault => ({ on: 'answer', apis, act: { kind: 'drop' } });
const late = (ms: number, ...apis: number[]): WireFault => ({
  on: 'request',
  apis,
  act: { kind: 'delay', ms },
});
const torn = (on: 'request' | 'answer', ...apis: number[]): WireFault => ({
  on,
  apis,
  act: { kind: 'reset' },
});

const rows: readonly WireRow[] = [
  {
    number: 7,
    title: 'answer to a produce request lost',
    faults: [lost(API.produce)],
    hits: { fast: 2, full: 12 },
    fast: true,
  },
  {
    number: 8,
    title: 'produce request arrives after its time (zombie request)',
    faults: [2_000, 5_000, 9_000].map((ms) => late(ms, API.produce)),
    hits: { fast: 1, full: 9 },
    fast: false,
  },
  {
    number: 9,
    title: 'commit: request or answer lost, or connection reset',
    faults: [
      lost(API.endTxn),
      torn('answer', API.endTxn),
      torn('request', API.endTxn),
      late(9_000, API.endTxn),
    ],
    hits: { fast: 4, full: 20 },
    fast: true,
  },
  {
    number: 11,
    title: 'answers to AddPartitions, AddOffsets, TxnOffsetCommit lost',
    faults: [lost(API.addPartitionsToTxn), lost(API.addOffsetsToTxn), lost(API.txnOffsetCommit)],
    hits: { fast: 3, full: 12 },
    fast: false,
  },
];

export const wireRows: readonly FaultRow[] = rows.map((row) => ({
  number: row.number,
  title: row.title,
  fast: row.fast,
  withinMs: 10 * 60_000,
  run: (world, scale) => strike(world, row, scale),
}));
