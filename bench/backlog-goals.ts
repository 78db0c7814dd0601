import type { DeepBacklog } from './deep-backlog.js';
import type { Found, Goal } from './goals.js';
import { RECORDS_PER_LOOP } from './plan.js';

const MEGABYTE = 1e6;

/** Of the issue that asked for the bench, with what each round of the deep backlog came to. */
export function backlogGoals(rounds: readonly DeepBacklog[]): Found[] {
  const rows = (rounds[0]?.rows ?? 0).toLocaleString('en-GB');
  const found = (goal: Goal, figure: (round: DeepBacklog) => number): Found => {
    return { goal, rounds: rounds.map(figure) };
  };
  return [
    found(
      {
        what: `drain of ${rows} records, exactly once`,
        bound: '≥',
        limit: 0.5,
        unit: 'percent',
        of: `of the bare kafkajs loop with batches of ${RECORDS_PER_LOOP}`,
      },
      ({ perSecond, barePerSecond }) => perSecond / barePerSecond,
    ),
    found(
      { ...below('most memory resident while it drains', 400, 'megabytes') },
      ({ peakResident }) => peakResident / MEGABYTE,
    ),
    found(
      {
        what: 'records out of the order of their key after it',
        bound: '≤',
        limit: 0,
        unit: 'records',
        of: '',
      },
      ({ outOfOrder }) => outOfOrder,
    ),
    found(
      below(`ready after SIGKILL with ${rows} records queued`, 3, 'seconds'),
      ({ readySeconds }) => readySeconds,
    ),
    found(
      { ...below('processor time while idle', 0.02, 'percent'), of: 'of a core' },
      ({ idleShare }) => idleShare,
    ),
  ];
}

function below(what: string, limit: number, unit: Goal['unit']): Goal {
  return { what, bound: '<', limit, unit, of: '' };
}
