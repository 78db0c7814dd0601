import type { PurgeAges, TopicAges } from './outbox.store.js';

type Ages = Pick<TopicAges, 'sentBefore' | 'deadLettersBefore'>;

/** The ages of a topic: its own, else those of the longest beginning that it has, else the general ones. Pure. */
export function agesOf(topic: string, ages: PurgeAges): Ages {
  let found: Ages = ages;
  let longest = -1;
  for (const one of ages.byTopic ?? []) {
    if (one.topic === topic) return one;
    const beginning = one.topic.endsWith('*') ? one.topic.slice(0, -1) : null;
    if (beginning === null || beginning.length <= longest || !topic.startsWith(beginning)) continue;
    longest = beginning.length;
    found = one;
  }
  return found;
}
