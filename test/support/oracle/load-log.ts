import { open, type FileHandle } from 'node:fs/promises';
import { outcomeOf, postedOf, type Posted, type Posting, type Try } from './posted.js';

/** A line of the log: what is about to be posted, or what came back of one try. */
export type LogEntry =
  | { readonly type: 'posting'; readonly at: number; readonly posting: Posting }
  | { readonly type: 'try'; readonly messageId: string; readonly answer: Try };

/**
 * An append-only log of which each line is on the disk when `write` resolves; lines that come while a sync runs
 * share the next one.
 */
export class LoadLog {
  private waiting: { readonly line: string; readonly done: PromiseWithResolvers }[] = [];
  private writing: Promise<void> | null = null;

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<LoadLog> {
    return new LoadLog(await open(path, 'a'));
  }

  write(entry: LogEntry): Promise<void> {
    const done = promiseWithResolvers();
    this.waiting.push({ line: `${JSON.stringify(entry)}\n`, done });
    this.writing ??= this.writeAll();
    return done.promise;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.file.write(batch.map(({ line }) => line).join(''));
        await this.file.datasync();
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    this.writing = null;
  }
}

/** How far a load has come. */
export interface Progress {
  readonly posted: number;
  readonly accepted: number;
  /** Answered with a place in Kafka. */
  readonly confirmed: number;
  /** Epoch milliseconds; null before the first. */
  readonly lastAcceptedAt: number | null;
}

/** Reads a log while it grows. A line that is not whole (yet, or for ever after a kill) is left alone. */
export class LoadLogReader {
  private readonly postings = new Map<string, { readonly posting: Posting; readonly at: number }>();
  private readonly tries = new Map<string, Try[]>();
  private counts: Progress = { posted: 0, accepted: 0, confirmed: 0, lastAcceptedAt: null };
  private position = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly path: string) {}

  /** Everything that the log tells, in the order in which it was posted. */
  async posted(): Promise<Posted[]> {
    await this.readOn();
    return [...this.postings.values()].map(({ posting, at }) =>
      postedOf(posting, at, this.tries.get(posting.messageId) ?? []),
    );
  }

  async progress(): Promise<Progress> {
    await this.readOn();
    return { ...this.counts, posted: this.postings.size };
  }

  private async readOn(): Promise<void> {
    const file = await open(this.path, 'r');
    try {
      const { size } = await file.stat();
      const fresh = Buffer.alloc(size - this.position);
      const { bytesRead } = await file.read(fresh, 0, fresh.length, this.position);
      this.position += bytesRead;
      this.take(Buffer.concat([this.rest, fresh.subarray(0, bytesRead)]));
    } finally {
      await file.close();
    }
  }

  private take(bytes: Buffer): void {
    const end = bytes.lastIndexOf('\n') + 1;
    this.rest = bytes.subarray(end);
    for (const line of bytes.subarray(0, end).toString().split('\n')) {
      if (line === '') continue;
      const entry = JSON.parse(line) as LogEntry;
      if (entry.type === 'posting') {
        this.postings.set(entry.posting.messageId, entry);
      } else {
        const tries = this.tries.get(entry.messageId) ?? [];
        this.tries.set(entry.messageId, tries);
        tries.push(entry.answer);
        this.count(entry.answer);
      }
    }
  }

  /** A client stops at the first good answer, so each one is another record. */
  private count(answer: Try): void {
    if (outcomeOf(answer) !== 'accepted') return;
    const { posted, accepted, confirmed } = this.counts;
    this.counts = {
      posted,
      accepted: accepted + 1,
      confirmed: confirmed + Number(answer.confirmed),
      lastAcceptedAt: answer.at,
    };
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function promiseWithResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
