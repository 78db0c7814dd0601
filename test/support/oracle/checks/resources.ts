import type { Case, Resources } from '../evidence.js';

interface Tolerance {
  readonly share: number;
  readonly atLeast: number;
}

const MIB = 2 ** 20;

/**
 * A tenth, as the matrix demands; of small figures so many that a pool of sockets which is larger by one broker's
 * worth is no leak. The heap of Node keeps what it has once needed: a leak is what goes on growing.
 */
const TOLERANCES: Readonly<Record<keyof Resources, Tolerance>> = {
  rss: { share: 0.1, atLeast: 96 * MIB },
  fds: { share: 0.1, atLeast: 6 },
  sockets: { share: 0.1, atLeast: 6 },
  timers: { share: 0.1, atLeast: 6 },
};

/** C12: without load, the process needs what it needed before the run. */
export function resources(run: Pick<Case, 'resources'>): string[] {
  return (run.resources ?? []).flatMap(({ bridge, base, after }) =>
    grown(base, after).map(
      (name) => `${bridge}: ${name} ${base[name]}, after the run ${after[name]}`,
    ),
  );
}

/** The names of what has grown beyond its tolerance. */
export function grown(base: Resources, after: Resources): (keyof Resources)[] {
  return (Object.keys(TOLERANCES) as (keyof Resources)[]).filter((name) => {
    const { share, atLeast } = TOLERANCES[name];
    return after[name] > base[name] + Math.max(share * base[name], atLeast);
  });
}
