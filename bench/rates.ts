import type { Candidates } from './candidates.js';
import { measureCell } from './measure-cell.js';
import { figuresOf, type Measurement } from './measurement.js';
import { LIST_SUBJECTS, plan, SUBJECTS, type Cell, type Size } from './plan.js';
import type { Stack } from './stack.js';

const WARM_UP_CLIENTS = 32;

export interface MeasuredCell extends Cell {
  /** In the order of the rounds. */
  readonly rounds: Measurement[];
}

/** Runs the whole plan, one cell after the other. `say` hears of each. */
export async function measureRates(
  stack: Stack,
  candidates: Candidates,
  size: Size,
  say: (line: string) => void,
): Promise<MeasuredCell[]> {
  const measured = new Map<string, MeasuredCell>();
  for (const subject of new Set([...SUBJECTS, ...LIST_SUBJECTS])) {
    const pace = { clients: WARM_UP_CLIENTS, warmUpMs: size.firstWarmUpMs, measureMs: 1 };
    await measureCell(stack, candidates, subject, pace);
  }
  for (const cell of plan(size)) {
    const pace = { ...size, clients: cell.clients };
    const measurement = await measureCell(stack, candidates, cell.subject, pace);
    const name = `${cell.subject}, ${cell.clients} clients`;
    const known = measured.get(name) ?? { ...cell, rounds: [] };
    known.rounds.push(measurement);
    measured.set(name, known);
    say(`${name}: ${Math.round(figuresOf(measurement).perSecond)}/s`);
  }
  return [...measured.values()];
}
