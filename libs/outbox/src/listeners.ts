/** Those who hear of something, in the order in which they came. */
export class Listeners<T> {
  private readonly listeners = new Set<(told: T) => void>();

  /** @returns what ends it. */
  add(listener: (told: T) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /**
   * Tells all of them before it returns. What they throw is a defect of theirs: it must not undo what is
   * committed already or keep others from hearing of it, so it ends up as an uncaught exception.
   */
  tell(told: T): void {
    for (const listener of this.listeners) {
      try {
        listener(told);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
