/** Ids that were in flight at some moment since the watch began. */
export interface Watch {
  readonly ids: ReadonlySet<number>;
  end(): void;
}

/**
 * The records that main pipelines are sending. In the database they look as if they waited: whoever takes records
 * from there, as a probe does, watches meanwhile, since a page can be older than the batch that has settled it.
 */
export class InFlight {
  private readonly flying = new Set<number>();
  private readonly watches = new Set<Set<number>>();

  depart(rows: readonly { readonly id: number }[]): void {
    for (const { id } of rows) {
      this.flying.add(id);
      for (const seen of this.watches) seen.add(id);
    }
  }

  /** What became of them is known, and is in the database or in their feed again. */
  arrive(rows: readonly { readonly id: number }[]): void {
    for (const { id } of rows) this.flying.delete(id);
  }

  watch(): Watch {
    const seen = new Set(this.flying);
    this.watches.add(seen);
    return {
      ids: seen,
      end: () => {
        this.watches.delete(seen);
      },
    };
  }
}
