import { perSecond, type Compared } from './compared.js';
import type { Measurement } from './measurement.js';

/** The same work, in several ways; the first one is what the others are compared with. */
export interface Work {
  readonly title: string;
  readonly ways: readonly { readonly name: string; readonly run: () => Promise<Measurement> }[];
}

/** Runs every way once a round, the ways of one work right after each other, every other round backwards. */
export async function sideBySide(
  works: readonly Work[],
  rounds: number,
  say: (line: string) => void,
): Promise<Compared[]> {
  const found = works.map(({ title, ways }): Compared => {
    return { title, ways: ways.map(({ name }) => ({ name, rounds: [] })) };
  });
  const cells = works.flatMap(({ title, ways }, work) =>
    ways.map(({ name, run }, way) => async () => {
      const measurement = await run();
      found[work]?.ways[way]?.rounds.push(measurement);
      say(`${title}, ${name}: ${perSecond(measurement)}/s`);
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) await cell();
  }
  return found;
}
