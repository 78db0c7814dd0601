import { SPAN_KIND, type Attributes, type SpanSink } from './span.js';
import {
  contextOf,
  isKept,
  newSpanId,
  newTraceId,
  traceParentOf,
  type TraceContext,
} from './trace-context.js';
import { isTraceParent } from './trace-parent.js';
import {
  Tracing,
  type AcceptSpan,
  type BatchSpan,
  type BatchStep,
  type TracedRecord,
} from './tracing.js';

/** Traces that a batch of a thousand can be in. The first ones get its spans; that is enough to see what it did. */
const TRACES_OF_BATCH = 64;

const now = (): number => performance.timeOrigin + performance.now();

/** Spans of POSTs and of batches, for a collector. */
export class OtlpTracing extends Tracing {
  /** @param ratio share of the traces that begin here which are kept, from 0 to 1. Of others, whoever began them decides. */
  constructor(
    private readonly ratio: number,
    private readonly spans: SpanSink,
  ) {
    super();
  }

  accept(incoming: string | null, route: string, beganAt: number): AcceptSpan | null {
    const parent = incoming === null ? null : contextOf(incoming);
    const traceId = parent?.traceId ?? newTraceId();
    if (!(parent === null ? isKept(traceId, this.ratio) : parent.isSampled)) return null;
    const startedAt = performance.timeOrigin + beganAt;
    return new Accepting(
      this.spans,
      { traceId, spanId: newSpanId(), isSampled: true },
      {
        parentSpanId: parent?.spanId ?? null,
        route,
        startedAt,
      },
    );
  }

  batch(pipeline: string, records: readonly TracedRecord[]): BatchSpan | null {
    const traced = new Map<string, Traced>();
    for (const { topic, record } of records) {
      const header = record.headers.find(({ name }) => name === 'traceparent');
      if (header === undefined) continue;
      const text = header.value.toString('latin1');
      const known = traced.get(text);
      if (known !== undefined) known.count(topic);
      else if (traced.size < TRACES_OF_BATCH) {
        // A caller may have put anything into the record's own header.
        const context = isTraceParent(text) ? contextOf(text) : null;
        if (context?.isSampled === true) traced.set(text, new Traced(context, topic));
      }
    }
    if (traced.size === 0) return null;
    return new Batching(this.spans, pipeline, records.length, [...traced.values()]);
  }

  close(): Promise<void> {
    return this.spans.close();
  }
}

class Accepting implements AcceptSpan {
  readonly traceParent: string;
  private isOpen = true;

  constructor(
    private readonly sink: SpanSink,
    private readonly context: TraceContext,
    private readonly facts: {
      readonly parentSpanId: string | null;
      readonly route: string;
      readonly startedAt: number;
    },
  ) {
    this.traceParent = traceParentOf(context);
  }

  stored(records: number): void {
    this.end({ 'ponte.records': records }, null);
  }

  answered(status: number): void {
    this.end({ 'http.response.status_code': status }, status >= 400 ? String(status) : null);
  }

  private end(attributes: Attributes, error: string | null): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { traceId, spanId } = this.context;
    const { parentSpanId, route, startedAt } = this.facts;
    this.sink.add({
      traceId,
      spanId,
      parentSpanId,
      startedAt,
      endedAt: now(),
      error,
      name: 'accept',
      kind: SPAN_KIND.server,
      attributes: { 'http.request.method': 'POST', 'http.route': route, ...attributes },
    });
  }
}

/** A trace that a batch belongs to. */
class Traced {
  records = 1;
  private readonly topics: Set<string>;

  constructor(
    readonly context: TraceContext,
    topic: string,
  ) {
    this.topics = new Set([topic]);
  }

  count(topic: string): void {
    this.records++;
    this.topics.add(topic);
  }

  get destination(): Attributes {
    const [topic = ''] = this.topics;
    return this.topics.size === 1 ? { 'messaging.destination.name': topic } : {};
  }
}

/** One batch is in many traces: each gets its spans, with ids of their own and the same times. */
class Batching implements BatchSpan {
  private readonly startedAt = now();
  private readonly steps: { readonly step: BatchStep; readonly startedAt: number }[] = [];
  private number: number | null = null;

  constructor(
    private readonly sink: SpanSink,
    private readonly pipeline: string,
    private readonly size: number,
    private readonly traced: readonly Traced[],
  ) {}

  numbered(batch: number): void {
    this.number = batch;
  }

  enter(step: BatchStep): void {
    this.steps.push({ step, startedAt: now() });
  }

  end(code: string | null): void {
    const endedAt = now();
    const batch: Attributes = {
      'ponte.pipeline': this.pipeline,
      'ponte.batch_records': this.size,
      ...(this.number === null ? {} : { 'ponte.batch': this.number }),
    };
    for (const traced of this.traced) this.addTo(traced, batch, endedAt, code);
  }

  private addTo(
    { context, records, destination }: Traced,
    batch: Attributes,
    endedAt: number,
    code: string | null,
  ): void {
    const { traceId } = context;
    const spanId = newSpanId();
    const attributes = { ...batch, 'ponte.records': records, ...destination };
    this.sink.add({
      traceId,
      spanId,
      parentSpanId: context.spanId,
      attributes,
      endedAt,
      error: code,
      name: 'batch',
      kind: SPAN_KIND.internal,
      startedAt: this.startedAt,
    });
    for (const [at, { step, startedAt }] of this.steps.entries()) {
      const next = this.steps[at + 1];
      const isSettle = step === 'settle';
      this.sink.add({
        traceId,
        spanId: newSpanId(),
        parentSpanId: spanId,
        startedAt,
        name: step,
        kind: isSettle ? SPAN_KIND.internal : SPAN_KIND.producer,
        attributes: isSettle ? {} : { 'messaging.system': 'kafka', ...destination },
        endedAt: next?.startedAt ?? endedAt,
        // What had gone well before the next step began was not what failed.
        error: next === undefined ? code : null,
      });
    }
  }
}
