import { exportRequest } from './otlp-json.js';
import { SPAN_KIND } from './span.js';

test('spans are written as OTLP has them in JSON', () => {
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: null,
    name: 'accept',
    kind: SPAN_KIND.server,
    startedAt: 1_793_000_000_000.25,
    endedAt: 1_793_000_000_001,
    attributes: { 'http.route': '/topics/:topic', 'ponte.records': 2 },
    error: null,
  };
  const child = { ...span, parentSpanId: span.spanId, attributes: {}, error: 'storage_full' };
  expect(exportRequest({ 'service.name': 'ponte' }, [span, child])).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'ponte' } }] },
        scopeSpans: [
          {
            scope: { name: 'ponte' },
            spans: [
              {
                traceId: span.traceId,
                spanId: span.spanId,
                name: 'accept',
                kind: 2,
                startTimeUnixNano: '1793000000000250000',
                endTimeUnixNano: '1793000000001000000',
                attributes: [
                  { key: 'http.route', value: { stringValue: '/topics/:topic' } },
                  { key: 'ponte.records', value: { intValue: '2' } },
                ],
              },
              {
                traceId: span.traceId,
                spanId: span.spanId,
                parentSpanId: span.spanId,
                name: 'accept',
                kind: 2,
                startTimeUnixNano: '1793000000000250000',
                endTimeUnixNano: '1793000000001000000',
                attributes: [{ key: 'error.type', value: { stringValue: 'storage_full' } }],
                status: { code: 2, message: 'storage_full' },
              },
            ],
          },
        ],
      },
    ],
  });
});
