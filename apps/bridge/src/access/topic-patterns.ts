/* Topics by name, or by their beginning where a `*` stands at the end. Nothing else is a pattern. */

export function fits(pattern: string, topic: string): boolean {
  return isBeginning(pattern) ? topic.startsWith(beginningOf(pattern)) : topic === pattern;
}

/** The pattern of the topics that fit both; null: there are none. */
export function common(one: string, other: string): string | null {
  if (!isBeginning(one)) return fits(other, one) ? one : null;
  if (!isBeginning(other)) return fits(one, other) ? other : null;
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return beginningOf(longer).startsWith(beginningOf(shorter)) ? longer : null;
}

/** The patterns of the topics that fit both lists. */
export function commonOf(some: readonly string[], others: readonly string[]): readonly string[] {
  const found = some.flatMap((one) => others.map((other) => common(one, other)));
  return [...new Set(found.filter((pattern) => pattern !== null))];
}

function isBeginning(pattern: string): boolean {
  return pattern.endsWith('*');
}

function beginningOf(pattern: string): string {
  return pattern.slice(0, -1);
}
