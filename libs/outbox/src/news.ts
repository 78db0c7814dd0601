export type IdRange = readonly [from: number, to: number];

/** What one commit has changed, for the other instances of an outbox. A range may hold ids that are not meant. */
export interface News {
  readonly accepted: IdRange | null;
  readonly settled: IdRange | null;
  readonly replayed: readonly number[];
  readonly discarded: readonly number[];
}

/** Gathered while a transaction runs, told with its commit. */
export class NewsOfCommit implements News {
  accepted: IdRange | null = null;
  settled: IdRange | null = null;
  replayed: readonly number[] = [];
  discarded: readonly number[] = [];

  get isEmpty(): boolean {
    const { accepted, settled, replayed, discarded } = this;
    return accepted === null && settled === null && replayed.length === 0 && discarded.length === 0;
  }

  noteAccepted(ids: readonly number[]): void {
    this.accepted = widened(this.accepted, ids);
  }

  noteSettled(ids: readonly number[]): void {
    this.settled = widened(this.settled, ids);
  }

  noteReplayed(ids: readonly number[]): void {
    this.replayed = [...this.replayed, ...ids];
  }

  noteDiscarded(ids: readonly number[]): void {
    this.discarded = [...this.discarded, ...ids];
  }
}

function widened(range: IdRange | null, ids: readonly number[]): IdRange | null {
  if (ids.length === 0) return range;
  let [from, to] = range ?? [Number.POSITIVE_INFINITY, 0];
  // One by one: a group may hold more ids than a call takes arguments.
  for (const id of ids) {
    from = Math.min(from, id);
    to = Math.max(to, id);
  }
  return [from, to];
}
