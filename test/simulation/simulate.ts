// Runs scenarios in a process of its own, where they take half the time that they take inside the test runner:
// node --import ./test/support/typescript.mjs test/simulation/simulate.ts <first seed> <step> <count>
// Prints a `Simulated` as JSON. With a single seed it prints the whole trace before it.
import { Logger } from '@nestjs/common';
import { runPlan } from './scenario.js';
import { shrink } from './shrink.js';
import { planOf, type Plan } from './world/plan.js';

/** What a series of scenarios has come to. */
export interface Simulated {
  readonly runs: number;
  readonly failures: readonly Failure[];
  /** How many runs have met what. */
  readonly sights: Readonly<Record<string, number>>;
}

interface Failure {
  readonly seed: number;
  readonly faults: readonly string[];
  /** The plan without what it fails without; of the first failures only. */
  readonly shrunk: Pick<Plan, 'topics' | 'clients' | 'faults'> | null;
}

const SHRUNK = 2;
const ENOUGH_FAILURES = 20;

Logger.overrideLogger(false);
Error.stackTraceLimit = 0;

async function simulate(first: number, step: number, count: number): Promise<Simulated> {
  const failures: Failure[] = [];
  const sights: Record<string, number> = {};
  let runs = 0;
  for (; runs < count && failures.length < ENOUGH_FAILURES; runs++) {
    const seed = first + runs * step;
    const { faults, sights: seen, trace } = await runPlan(planOf(seed), count === 1);
    for (const sight of seen) sights[sight] = (sights[sight] ?? 0) + 1;
    if (count === 1) console.log(trace.join('\n'));
    if (faults.length === 0) continue;
    const shrunk = failures.length < SHRUNK ? await shrink(planOf(seed)) : null;
    failures.push({ seed, faults, shrunk: shrunk && whatMatters(shrunk) });
  }
  return { runs, failures, sights };
}

function whatMatters({ topics, clients, faults }: Plan): Failure['shrunk'] {
  return { topics, clients, faults };
}

const [first = 0, step = 1, count = 1] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await simulate(first, step, count)));
