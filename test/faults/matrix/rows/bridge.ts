import { setTimeout as delay } from 'node:timers/promises';
import {
  CRASH_POINTS,
  crashAt,
  type CrashPoint,
} from '../../../support/crash-points/crash-points.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

/** The bridge's process is another one at the end, so what it held at the beginning says nothing. */
const RESTARTED = ['resources'] as const;

async function killAtRandom(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const kills = scale === 'fast' ? 8 : 200;
  const topic = await world.topic('kill');
  const setup = await world.bridge();
  let slowest = 0;
  const report = await world.oracle(
    setup,
    { topics: [topic], without: RESTARTED },
    async ({ load }) => {
      for (let kill = 0; kill < kills; kill++) {
        await delay(50 + Math.random() * 1_500);
        const from = Date.now();
        await setup.bridge.restart();
        slowest = Math.max(slowest, Date.now() - from);
      }
      await load.untilMoreConfirmed(10);
    },
  );
  return {
    injected: kills,
    findings: [report.findings],
    figures: [report.figures],
    note: `slowest restart ${slowest} ms`,
  };
}

async function killAtPoints(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const rounds = scale === 'fast' ? 2 : 50;
  const topics = [await world.topic('points'), await world.topic('points')];
  const setup = await world.bridge();
  const points = Object.keys(CRASH_POINTS) as CrashPoint[];
  const hits = new Map(points.map((point) => [point, 0]));
  const report = await world.oracle(setup, { topics, without: RESTARTED }, async ({ load }) => {
    await setup.bridge.kill();
    for (let round = 0; round < rounds; round++) {
      for (const point of points) {
        // A point that needs an accept of its own may find every client waiting: then it is tried again.
        for (let tries = 0; tries < 3 && (hits.get(point) ?? 0) <= round; tries++) {
          if (await crashAt(setup.bridge, point, round)) hits.set(point, round + 1);
        }
      }
    }
    await setup.bridge.start();
    await load.untilMoreConfirmed(10);
  });
  const missed = [...hits].filter(([, count]) => count < rounds);
  if (missed.length > 0) throw new Error(`Not hit ${rounds} times: ${missed.join('; ')}.`);
  return {
    injected: points.length * rounds,
    findings: [report.findings],
    figures: [report.figures],
    note: `each of ${points.join(', ')} hit ${rounds} times`,
  };
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
