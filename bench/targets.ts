import { backlogGoals } from './backlog-goals.js';
import { cellsOf, COMPARED_GOALS, judge, nameOf } from './compared-goals.js';
import type { Context, Report } from './context.js';
import { deepBacklog, type DeepBacklog } from './deep-backlog.js';
import { goalTable } from './goals.js';
import { measureCell } from './measure-cell.js';
import { figuresOf, type Measurement } from './measurement.js';

const FULL = {
  rounds: 3,
  firstWarmUpMs: 5_000,
  warmUpMs: 1_000,
  measureMs: 4_000,
  rows: 200_000,
  idleMs: 20_000,
};
const QUICK = {
  rounds: 1,
  firstWarmUpMs: 100,
  warmUpMs: 100,
  measureMs: 300,
  rows: 2_000,
  idleMs: 500,
};
type Size = typeof FULL;

/** The targets, each with what was found and whether it is reached. */
export async function measureTargets(context: Context): Promise<Report> {
  const size = context.quick ? QUICK : FULL;
  const rounds = await comparedRounds(context, size);
  const backlogs = await deepBacklogs(context, size);
  const found = [...COMPARED_GOALS.map((goal) => judge(goal, rounds)), ...backlogGoals(backlogs)];
  return { text: `${goalTable(found)}\n\n${unexpectedIn(rounds)}` };
}

/** A backlog of its own for each round, with the idle time before it. */
export async function measureDeepBacklog(context: Context): Promise<Report> {
  const size = context.quick ? QUICK : { ...FULL, rounds: 1, rows: 1_000_000 };
  return { text: goalTable(backlogGoals(await deepBacklogs(context, size))) };
}

async function comparedRounds(
  { stack, candidates, say }: Context,
  { rounds, firstWarmUpMs, warmUpMs, measureMs }: Size,
): Promise<ReadonlyMap<string, Measurement>[]> {
  const all = await candidates();
  const cells = cellsOf(COMPARED_GOALS);
  for (const { subject, clients } of cells) {
    await measureCell(stack, all, subject, { clients, warmUpMs: firstWarmUpMs, measureMs: 1 });
  }
  const found: ReadonlyMap<string, Measurement>[] = [];
  for (let number = 0; number < rounds; number++) {
    const round = new Map<string, Measurement>();
    for (const cell of number % 2 === 0 ? cells : cells.toReversed()) {
      const pace = { clients: cell.clients, warmUpMs, measureMs };
      const measurement = await measureCell(stack, all, cell.subject, pace);
      round.set(nameOf(cell), measurement);
      const { perSecond, p50 } = figuresOf(measurement);
      say(`${nameOf(cell)}: ${Math.round(perSecond)}/s, p50 ${p50.toFixed(2)} ms`);
    }
    found.push(round);
  }
  return found;
}

async function deepBacklogs(
  { stack, candidates, rows, say }: Context,
  size: Size,
): Promise<DeepBacklog[]> {
  const all = await candidates();
  const found: DeepBacklog[] = [];
  for (let number = 0; number < size.rounds; number++) {
    const one = await deepBacklog(stack, all, {
      rows: rows ?? size.rows,
      idleMs: size.idleMs,
      say,
    });
    found.push(one);
    say(
      `${one.rows} queued: ready after ${one.readySeconds.toFixed(2)} s, drained at ${Math.round(one.perSecond)}/s` +
        ` beside ${Math.round(one.barePerSecond)}/s, ${Math.round(one.peakResident / 1e6)} MB,` +
        ` ${one.outOfOrder} out of order, idle ${(one.idleShare * 100).toFixed(2)} %`,
    );
  }
  return found;
}

function unexpectedIn(rounds: readonly ReadonlyMap<string, Measurement>[]): string {
  const all = rounds.flatMap((round) =>
    [...round].flatMap(([name, { unexpected }]) =>
      Object.entries(unexpected).map(([what, count]) => `${name}: ${count} with ${what}`),
    ),
  );
  return all.length === 0 ? 'Every answer was the expected one.' : `Unexpected: ${all.join('; ')}.`;
}
