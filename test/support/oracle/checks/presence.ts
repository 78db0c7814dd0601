import { replaysOf, type Case } from '../evidence.js';

/** C1: what was accepted is in its topic, or in the dead letter topic. */
export function lost({ posted, inTopics, inDeadLetters }: Case): string[] {
  return posted
    .filter(({ outcome }) => outcome === 'accepted')
    .map(({ messageId }) => messageId)
    .filter((id) => !inTopics.has(id) && !inDeadLetters.has(id));
}

/**
 * C2: what was accepted is in its topic once. A dead letter is not in the topic too, unless it was replayed; each
 * replay can have made one more dead letter.
 */
export function twice({ posted, inTopics, inDeadLetters, views }: Case): string[] {
  return posted
    .filter(({ outcome }) => outcome === 'accepted')
    .map(({ messageId }) => messageId)
    .filter((id) => {
      const [first, ...more] = inTopics.get(id) ?? [];
      const letters = inDeadLetters.get(id)?.length ?? 0;
      const mostLetters =
        first === undefined ? 1 + (views?.get(id)?.replays ?? 0) : replaysOf(first);
      return more.length > 0 || letters > mostLetters;
    });
}

/** C3: nothing is there that was refused for good, or that nobody has posted. */
export function phantom({ known, inTopics, inDeadLetters }: Case): string[] {
  return [...new Set([...inTopics.keys(), ...inDeadLetters.keys()])].filter(
    (id) => (known.get(id)?.outcome ?? 'rejected') === 'rejected',
  );
}

/** C4: what had no answer is there once or not at all. */
export function unknownTwice({ posted, inTopics, inDeadLetters }: Case): string[] {
  const copies = (id: string): number =>
    (inTopics.get(id)?.length ?? 0) + (inDeadLetters.get(id)?.length ?? 0);
  return posted
    .filter(({ outcome, messageId }) => outcome === 'unknown' && copies(messageId) > 1)
    .map(({ messageId }) => messageId);
}
