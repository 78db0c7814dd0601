import type { Found, Goal } from './goals.js';
import { figuresOf, type Measurement } from './measurement.js';
import {
  LIST_CLIENTS,
  RECORDS_PER_LIST,
  RECORDS_PER_LOOP,
  type Cell,
  type Subject,
} from './plan.js';

/** A goal that is a ratio of two cells of the same round. */
export interface ComparedGoal extends Goal {
  readonly figure: 'perSecond' | 'p50';
  readonly own: Cell;
  readonly baseline: Cell;
}

const PERCENT = { bound: '≥', unit: 'percent', figure: 'perSecond' } as const;
const TIMES = { bound: '≤', unit: 'times', figure: 'p50' } as const;

/** Of the issue that asked for the bench; none was moved afterwards. */
export const COMPARED_GOALS: readonly ComparedGoal[] = [
  besideEcho('accepted, exactly once', 'accepted-exactly-once', 128, 0.6),
  besideEcho('delivered, at least once', 'delivered-at-least-once', 128, 0.4),
  besideEcho('delivered, exactly once', 'delivered-exactly-once', 128, 0.2),
  besideEcho('delivered, exactly once', 'delivered-exactly-once', 512, 0.3),
  besideLoop('exactly once', 'lists-delivered', 0.5),
  besideLoop('at least once', 'lists-delivered-at-least-once', 0.8),
  {
    ...TIMES,
    what: 'delivered, at least once, 1 client, p50',
    limit: 2.5,
    of: 'a bare kafkajs send with one fsync before it',
    own: { subject: 'delivered-at-least-once', clients: 1 },
    baseline: { subject: 'kafkajs-synced', clients: 1 },
  },
  {
    ...TIMES,
    what: 'delivered, exactly once, 1 client, p50',
    limit: 1.3,
    of: 'a bare kafkajs transaction with the ledger offset',
    own: { subject: 'delivered-exactly-once', clients: 1 },
    baseline: { subject: 'kafkajs-transactions', clients: 1 },
  },
];

function besideEcho(name: string, subject: Subject, clients: number, limit: number): ComparedGoal {
  return {
    ...PERCENT,
    what: `${name}, single POSTs, ${clients} clients`,
    limit,
    of: 'of the bare Fastify echo',
    own: { subject, clients },
    baseline: { subject: 'bare-echo', clients },
  };
}

function besideLoop(name: string, subject: Subject, limit: number): ComparedGoal {
  return {
    ...PERCENT,
    what: `delivered, ${name}, lists of ${RECORDS_PER_LIST}, ${LIST_CLIENTS} clients`,
    limit,
    of: `of the bare kafkajs loop with batches of ${RECORDS_PER_LOOP}`,
    own: { subject, clients: LIST_CLIENTS },
    baseline: { subject: 'kafkajs-lists', clients: 1 },
  };
}

export function nameOf({ subject, clients }: Cell): string {
  return `${subject}, ${clients} clients`;
}

/** Every cell that a goal needs, once, each baseline right before what is compared with it first. */
export function cellsOf(goals: readonly ComparedGoal[]): Cell[] {
  const cells = goals.flatMap(({ own, baseline }) => [baseline, own]);
  return [...new Map(cells.map((cell) => [nameOf(cell), cell])).values()];
}

/** @param rounds of each round, what every cell came to, by `nameOf`. */
export function judge(
  goal: ComparedGoal,
  rounds: readonly ReadonlyMap<string, Measurement>[],
): Found {
  const figure = (round: ReadonlyMap<string, Measurement>, cell: Cell): number => {
    const measurement = round.get(nameOf(cell));
    return measurement === undefined ? Number.NaN : figuresOf(measurement)[goal.figure];
  };
  return {
    goal,
    rounds: rounds.map((round) => figure(round, goal.own) / figure(round, goal.baseline)),
  };
}
