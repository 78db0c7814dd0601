/** A record as the ERP remembers it: the bridge has said that it is accepted. */
export interface Accepted {
  readonly topic: string;
  readonly messageId: string;
  /** The value, letter by letter. */
  readonly data: string;
}

/** A record as a consumer found it. */
export interface Found {
  readonly topic: string;
  readonly messageId: string;
  readonly data: string;
}

/** Message ids, with their topics. All lists are empty when each accepted record is in Kafka exactly once. */
export interface Books {
  readonly lost: readonly string[];
  /** Not in Kafka, but dead letters that were not replayed. */
  readonly dead: readonly string[];
  readonly doubled: readonly string[];
  readonly changed: readonly string[];
  /** In Kafka, and nobody has posted it. */
  readonly strange: readonly string[];
}

/** Compares what was accepted with all that a consumer found in the topics, and with the bridge's dead letters (ids). */
export function compareBooks(
  accepted: readonly Accepted[],
  found: readonly Found[],
  deadLetters: ReadonlySet<string>,
): Books {
  const inKafka = new Map<string, Found[]>();
  for (const one of found) inKafka.set(name(one), [...(inKafka.get(name(one)) ?? []), one]);
  const posted = new Map(accepted.map((one) => [name(one), one]));
  const names = [...posted.keys()];
  const missing = names.filter((one) => !inKafka.has(one));
  const isDead = (one: string): boolean => deadLetters.has(posted.get(one)?.messageId ?? '');
  return {
    lost: missing.filter((one) => !isDead(one)),
    dead: missing.filter(isDead),
    doubled: names.filter((one) => (inKafka.get(one)?.length ?? 0) > 1),
    changed: names.filter((one) =>
      inKafka.get(one)?.some(({ data }) => data !== posted.get(one)?.data),
    ),
    strange: [...inKafka.keys()].filter((one) => !posted.has(one)),
  };
}

function name({ topic, messageId }: { readonly topic: string; readonly messageId: string }) {
  return `${topic} ${messageId}`;
}
