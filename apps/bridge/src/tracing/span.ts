/** Numbers of OTLP's `SpanKind`. */
export const SPAN_KIND = { internal: 1, server: 2, producer: 4 } as const;

export type Attributes = Readonly<Record<string, string | number>>;

/** A span that has ended. Times are milliseconds since the epoch, with fractions. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: it begins its trace. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: (typeof SPAN_KIND)[keyof typeof SPAN_KIND];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  /** Code of what has gone wrong; null: nothing. */
  readonly error: string | null;
}

/** Who takes spans that have ended. */
export interface SpanSink {
  add(span: Span): void;
  /** Tells what it has not told yet. Never rejects. */
  close(): Promise<void>;
}
