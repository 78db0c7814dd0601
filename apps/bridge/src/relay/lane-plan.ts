import type { LeaseView } from '@bridge/outbox';

/** What an instance should change so that each has its part of the lanes. */
export interface LanePlan {
  readonly give: readonly number[];
  readonly take: readonly number[];
}

/**
 * Each live slot has its part: the same number, one more in the lowest slots where it does not divide. Whoever
 * has more gives lanes away, and only whoever has fewer takes them, so lanes move no more than they must, and two
 * instances that plan from the same view never plan against each other. Pure.
 */
export function planLanes({ mine, holders, lanes }: LeaseView): LanePlan {
  if (mine === null) return { give: [], take: [] };
  const live = [...holders.keys()].filter((one) => {
    return holders[one] === 'me' || holders[one] === 'another';
  });
  const { slot } = mine;
  const rank = live.indexOf(slot);
  const part = Math.floor(lanes.length / live.length) + (rank < lanes.length % live.length ? 1 : 0);
  const own = [...lanes.keys()].filter((lane) => lanes[lane] === slot);
  const free = [...lanes.keys()].filter((lane) => lanes[lane] === null);
  return { give: own.slice(part), take: free.slice(0, Math.max(0, part - own.length)) };
}
