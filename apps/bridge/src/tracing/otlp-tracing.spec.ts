import { OtlpTracing } from './otlp-tracing.js';
import type { Span } from './span.js';
import { newSpanId, newTraceId } from './trace-context.js';

const EVERY_TRACE = 1;

describe('OtlpTracing', () => {
  let spans: Span[];
  let tracing: OtlpTracing;

  beforeEach(() => {
    spans = [];
    tracing = new OtlpTracing(EVERY_TRACE, {
      add: (span) => spans.push(span),
      close: () => Promise.resolve(),
    });
  });

  const record = (traceparent: string, topic = 'nf') => ({
    topic,
    record: { headers: [{ name: 'traceparent', value: Buffer.from(traceparent) }] },
  });
  const sampled = (): string => `00-${newTraceId()}-${newSpanId()}-01`;

  it('begins a trace where the caller has none, and ends its span once', () => {
    const span = tracing.accept(null, '/topics/:topic', performance.now());
    span?.stored(2);
    span?.answered(500);
    expect(spans).toMatchObject([{ name: 'accept', parentSpanId: null, error: null }]);
    const [first] = spans;
    expect(span?.traceParent).toBe(`00-${first?.traceId}-${first?.spanId}-01`);
  });

  it.each(['mine', 'x-y-z-01', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, ''])(
    'makes nothing of a header that is no context: %s',
    (text) => {
      expect(tracing.batch('main-0', [record(text)])).toBeNull();
    },
  );

  it('makes one batch of the records of one POST, and bounds the traces of a batch', () => {
    const one = sampled();
    const batch = tracing.batch('main-0', [record(one), record(one), record(one, 'pedidos')]);
    batch?.end(null);
    expect(spans).toMatchObject([{ name: 'batch', attributes: { 'ponte.records': 3 } }]);
    expect(spans[0]?.attributes).not.toHaveProperty('messaging.destination.name');
    spans.length = 0;
    const many = Array.from({ length: 1_000 }, () => record(sampled()));
    tracing.batch('main-0', many)?.end(null);
    expect(spans).toHaveLength(64);
  });

  it('blames the step that failed, and not the one before', () => {
    const batch = tracing.batch('main-0', [record(sampled())]);
    batch?.enter('kafka transaction');
    batch?.enter('settle');
    batch?.end('storage_unavailable');
    expect(spans.map(({ name, error }) => [name, error])).toEqual([
      ['batch', 'storage_unavailable'],
      ['kafka transaction', null],
      ['settle', 'storage_unavailable'],
    ]);
  });
});
