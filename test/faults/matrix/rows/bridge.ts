import { setTimeout as delay } from 'node:timers/promises';
import {
  CRASH_POINTS,
  crashAt,
  type CrashPoint,
} from '../../../support/crash-points/crash-points.js';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { Report } from '../../../support/oracle/run-with-oracle.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

/** The bridge's process is another one at the end, so what it held at the beginning says nothing. */
const RESTARTED = ['resources'] as const;

/** At full scale two bridges are killed side by side, each with an outbox and topics of its own: it takes half the time. */
const bridgesOf = (scale: Scale): readonly number[] => (scale === 'fast' ? [0] : [0, 1]);

interface Killed {
  readonly report: Report;
  readonly note: string;
}

async function sideBySide(
  scale: Scale,
  injected: number,
  kill: (bridge: number, bridges: number) => Promise<Killed>,
): Promise<RowReport> {
  const bridges = bridgesOf(scale);
  const killed = await Promise.all(bridges.map((bridge) => kill(bridge, bridges.length)));
  return {
    injected,
    findings: killed.map(({ report }) => report.findings),
    figures: killed.map(({ report }) => report.figures),
    note: killed.map(({ note }) => note).join('; '),
  };
}

function killAtRandom(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const kills = scale === 'fast' ? 8 : 100;
  return sideBySide(scale, kills, async (_, bridges) => {
    const topics = [await world.topic('kill')];
    const setup = await world.bridge();
    let slowest = 0;
    const report = await world.oracle(setup, { topics, without: RESTARTED }, async ({ load }) => {
      for (let kill = 0; kill < kills / bridges; kill++) {
        await delay(50 + Math.random() * 1_500);
        const from = Date.now();
        await setup.bridge.restart();
        slowest = Math.max(slowest, Date.now() - from);
      }
      await load.untilMoreConfirmed(10);
    });
    return { report, note: `slowest restart ${slowest} ms` };
  });
}

function killAtPoints(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const rounds = scale === 'fast' ? 2 : 50;
  const points = Object.keys(CRASH_POINTS) as CrashPoint[];
  return sideBySide(scale, points.length * rounds, async (first, bridges) => {
    const topics = [await world.topic('points'), await world.topic('points')];
    const setup = await world.bridge();
    const report = await world.oracle(setup, { topics, without: RESTARTED }, async ({ load }) => {
      await setup.bridge.kill();
      for (let round = first; round < rounds; round += bridges) {
        for (const point of points) await hit(setup.bridge, point, round);
      }
      await setup.bridge.start();
      await load.untilMoreConfirmed(10);
    });
    return { report, note: `each of ${points.join(', ')} hit ${rounds / bridges} times` };
  });
}

/** A point that needs an accept of its own may find every client waiting: then it is tried again. */
async function hit(bridge: BridgeProcess, point: CrashPoint, round: number): Promise<void> {
  for (let tries = 0; tries < 3; tries++) if (await crashAt(bridge, point, round)) return;
  throw new Error(`${point} was not hit in round ${round}.`);
}

export const bridgeRows: readonly FaultRow[] = [
  {
    number: 1,
    title: 'bridge killed with -9 at random moments',
    fast: true,
    withinMs: 15 * 60_000,
    run: killAtRandom,
  },
  {
    number: 2,
    title: 'bridge killed at the named points K0 to K8',
    fast: true,
    withinMs: 30 * 60_000,
    run: killAtPoints,
  },
];
