import type { Attributes, Span } from './span.js';

const STATUS_ERROR = 2;

/** The body of an OTLP/HTTP export in JSON (opentelemetry-proto 1.x, `ExportTraceServiceRequest`). Pure. */
export function exportRequest(resource: Attributes, spans: readonly Span[]): unknown {
  return {
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope: { name: 'ponte' }, spans: spans.map(spanObject) }],
      },
    ],
  };
}

function spanObject(span: Span): unknown {
  const { traceId, spanId, parentSpanId, name, kind, startedAt, endedAt, error } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    name,
    kind,
    startTimeUnixNano: nanoseconds(startedAt),
    endTimeUnixNano: nanoseconds(endedAt),
    attributes: keyValues(
      error === null ? span.attributes : { ...span.attributes, 'error.type': error },
    ),
    ...(error === null ? {} : { status: { code: STATUS_ERROR, message: error } }),
  };
}

function keyValues(attributes: Attributes): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    // 64 bit numbers are strings in the JSON of protobuf.
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}

/** As text: a number of JSON has not the digits for it. */
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  const rest = Math.floor((ms - whole) * 1_000_000);
  return `${whole}${String(rest).padStart(6, '0')}`;
}
