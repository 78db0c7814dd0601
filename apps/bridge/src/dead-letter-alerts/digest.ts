/** A dead letter, as far as people are told of it. */
export interface Letter {
  readonly partition: number;
  readonly offset: bigint;
  /** Where it was to go. */
  readonly topic: string;
  readonly code: string;
}

const TOPIC = /^[a-zA-Z0-9._-]{1,249}$/;
const CODE = /^[a-zA-Z0-9_]{1,64}$/;
const LINES = 10;
/** What else is counted is counted together: memory has an end. */
const KINDS = 1_000;

/** Letters that people have not been told of, counted. */
export class Digest {
  private readonly counts = new Map<string, number>();
  private readonly read = new Map<number, bigint>();
  private total = 0;

  get isEmpty(): boolean {
    return this.total === 0;
  }

  /** A letter that is read again, because the consumer had to join again, counts once. */
  add({ partition, offset, topic, code }: Letter): void {
    if (offset <= (this.read.get(partition) ?? -1n)) return;
    this.read.set(partition, offset);
    this.count(`${TOPIC.test(topic) ? topic : 'unknown'} ${CODE.test(code) ? code : 'unknown'}`, 1);
  }

  /** Takes in what was read after it. */
  absorb(later: Digest): void {
    for (const [partition, offset] of later.read) this.read.set(partition, offset);
    for (const [kind, count] of later.counts) this.count(kind, count);
  }

  /** In words, the most frequent first: topics and codes, and nothing of what the letters hold. */
  text(): string {
    const kinds = [...this.counts].toSorted(([, a], [, b]) => b - a);
    const named = kinds.slice(0, LINES).map(([kind, count]) => `${kind}: ${count}`);
    const left = kinds.length - named.length;
    const more = left > 0 ? [`and ${left} kinds more`] : [];
    return `${this.total} new dead letters (${[...named, ...more].join(', ')})`;
  }

  /** The next offset to be read of each partition. */
  positions(): readonly { readonly partition: number; readonly offset: string }[] {
    return [...this.read].map(([partition, offset]) => ({
      partition,
      offset: String(offset + 1n),
    }));
  }

  private count(kind: string, count: number): void {
    this.total += count;
    const counted = this.counts.size < KINDS || this.counts.has(kind) ? kind : 'others';
    this.counts.set(counted, (this.counts.get(counted) ?? 0) + count);
  }
}
