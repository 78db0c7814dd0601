/** What has to be undone, last things first: once, also when Ctrl-C or SIGTERM ends the process. */
export class CleanUps {
  private readonly all: (() => Promise<unknown>)[] = [];
  private done: Promise<void> | null = null;

  constructor() {
    for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
      process.once(signal, () => {
        void this.run().finally(() => process.exit(code));
      });
    }
  }

  /** Whether `run` was called, or a signal has come. */
  get running(): boolean {
    return this.done !== null;
  }

  add(cleanUp: () => Promise<unknown>): void {
    this.all.push(cleanUp);
  }

  /** May be called again: it resolves when all is done. */
  run(): Promise<void> {
    this.done ??= this.backwards();
    return this.done;
  }

  private async backwards(): Promise<void> {
    for (const cleanUp of this.all.toReversed()) await cleanUp();
  }
}
