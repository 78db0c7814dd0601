interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends all that waits together, one sending at a time; the next one gathers meanwhile. */
export class Batcher<T> {
  private waiting: Waiting<T>[] = [];
  private sending = false;

  constructor(
    private readonly send: (items: readonly T[]) => Promise<void>,
    private readonly maxItems: number,
  ) {}

  /** Resolves when the item's sending has succeeded. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.sending) void this.loop();
    });
  }

  private async loop(): Promise<void> {
    this.sending = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.maxItems);
      try {
        await this.send(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.sending = false;
  }
}
