import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Between two answers of a stream. */
const SEPARATOR = '\r\n';

/** Writes answers in the order in which they were asked for, each as soon as it and all before it are known. */
export class AnswerLines {
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();
  private made: () => void = () => undefined;

  /** @param most answers that may be waited for at once. */
  constructor(
    private readonly response: ServerResponse,
    private readonly most: number,
  ) {}

  /** @param answer never rejects. */
  add(answer: Promise<object>): void {
    this.waiting++;
    this.last = this.after(this.last, answer);
  }

  /** Resolves when one more answer may be waited for. A client that does not read its answers makes it wait. */
  async room(): Promise<void> {
    while (this.waiting >= this.most) {
      await new Promise<void>((resolve) => {
        this.made = resolve;
      });
    }
  }

  /** Resolves when all are written. */
  async end(): Promise<void> {
    await this.last;
  }

  private async after(before: Promise<void>, answer: Promise<object>): Promise<void> {
    await before;
    await this.write(await answer);
    this.waiting--;
    this.made();
  }

  private async write(answer: object): Promise<void> {
    if (this.response.destroyed || this.response.writableEnded) return;
    if (this.response.write(`${JSON.stringify(answer)}${SEPARATOR}`)) return;
    const settled = new AbortController();
    const { signal } = settled;
    const events = ['drain', 'close'].map((event) => once(this.response, event, { signal }));
    await Promise.race(events).catch(() => []);
    settled.abort();
    await Promise.allSettled(events);
  }
}
