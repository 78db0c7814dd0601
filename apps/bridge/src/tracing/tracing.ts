/** A POST that is traced, until its records are durable. */
export interface AcceptSpan {
  /** What its records carry in their header `traceparent`, so that everything after it belongs to it. */
  readonly traceParent: string;
  /** The records are durable. Only the first call counts. */
  stored(records: number): void;
  /** The request is answered; if nothing was stored until now, it was refused. */
  answered(status: number): void;
}

export type BatchStep = 'kafka transaction' | 'kafka append' | 'settle';

/** A batch that holds a record that is traced. */
export interface BatchSpan {
  numbered(batch: number): void;
  /** A step begins, and ends the one before. */
  enter(step: BatchStep): void;
  /** @param code of what has gone wrong; null: all of it was delivered. */
  end(code: string | null): void;
}

export interface TracedRecord {
  readonly topic: string;
  readonly record: {
    readonly headers: readonly { readonly name: string; readonly value: Buffer }[];
  };
}

/** What the bridge tells a collector of traces. Null: this one is not traced, as none is where nobody collects them. */
export abstract class Tracing {
  /**
   * @param incoming the caller's `traceparent`, known to be one; null: he has none.
   * @param beganAt from `performance.now()`.
   */
  abstract accept(incoming: string | null, route: string, beganAt: number): AcceptSpan | null;

  abstract batch(pipeline: string, records: readonly TracedRecord[]): BatchSpan | null;

  /** Tells what it has not told yet. Never rejects. */
  abstract close(): Promise<void>;
}

export const NO_TRACING: Tracing = {
  accept: () => null,
  batch: () => null,
  close: () => Promise.resolve(),
};
