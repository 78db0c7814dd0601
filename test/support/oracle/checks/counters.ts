import type { Case, Counters } from '../evidence.js';

const NAMES = ['received', 'sent', 'buried'] as const;

/** C11: the totals of `/metrics` never go back, also over restarts, and end at what the oracle has counted. */
export function counters(run: Case): string[] {
  const expected = countedByOracle(run);
  return (run.counters ?? []).flatMap(({ bridge, samples }) => {
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined) return [`${bridge}: no counters were read`];
    const grown: Counters = {
      received: last.received - first.received,
      sent: last.sent - first.sent,
      buried: last.buried - first.buried,
    };
    return NAMES.flatMap((name) => [
      ...samples
        .flatMap((sample, index) =>
          sample[name] < (samples[index - 1]?.[name] ?? 0) ? [index] : [],
        )
        .map((index) => `${bridge}: ${name} went back at sample ${index}`),
      ...(grown[name] === expected[name]
        ? []
        : [`${bridge}: ${name} says ${grown[name]}, the oracle ${expected[name]}`]),
    ]);
  });
}

/** Copies count once: a counter that counted them would be wrong too. */
function countedByOracle({ posted, inTopics, inDeadLetters }: Case): Counters {
  const seen = (id: string): boolean => inTopics.has(id) || inDeadLetters.has(id);
  return {
    received: posted.filter(
      ({ outcome, messageId }) =>
        outcome === 'accepted' || (outcome === 'unknown' && seen(messageId)),
    ).length,
    sent: inTopics.size,
    buried: [...inDeadLetters.values()].reduce((sum, letters) => sum + letters.length, 0),
  };
}
