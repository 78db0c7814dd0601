import { ConsoleLogger, Logger } from '@nestjs/common';
import { Meters } from '@bridge/metrics';
import { SpanExporter } from '../../apps/bridge/src/tracing/span-exporter.js';
import { SPAN_KIND, type Span } from '../../apps/bridge/src/tracing/span.js';
import { until } from '../support/bridge-api.js';
import { collector, type Collector } from './collector.js';

class Told extends ConsoleLogger {
  readonly lines: unknown[][] = [];

  override log(...line: unknown[]): void {
    this.lines.push(line.slice(0, 2));
  }

  override warn(...line: unknown[]): void {
    this.lines.push(line.slice(0, 2));
  }
}

const span = (number: number): Span => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: String(number).padStart(16, '0'),
  parentSpanId: null,
  name: `span-${number}`,
  kind: SPAN_KIND.internal,
  startedAt: 1,
  endedAt: 2,
  attributes: {},
  error: null,
});

const reached = (count: () => number | Promise<number>, wanted: number) =>
  until(
    'it is reached',
    () => Promise.resolve(count()),
    (found) => found === wanted,
    20_000,
  );

describe('the exporter of spans', () => {
  let told: Told;
  let server: Collector;
  let meters: Meters;
  const LIMITS = { queue: 10, batch: 4, everyMs: 1 };

  beforeEach(async () => {
    Logger.overrideLogger((told = new Told()));
    server = await collector();
    meters = new Meters();
  });
  afterEach(() => server.close());
  afterAll(() => Logger.overrideLogger(false));

  const exporter = (limits = LIMITS, endpoint = server.url): SpanExporter =>
    new SpanExporter(
      { endpoint, headers: { 'x-key': 'k' }, resource: { 'service.name': 'ponte' } },
      meters,
      limits,
    );
  const dropped = async (): Promise<number> => {
    const metric = await meters.registry.getSingleMetric('ponte_trace_spans_dropped_total')?.get();
    return metric?.values[0]?.value ?? 0;
  };
  const names = (): string[] => server.spans.map(({ name }) => name);

  test('sends what has come, in order, in requests of a bounded size', async () => {
    const own = exporter();
    for (let at = 0; at < 10; at++) own.add(span(at));
    await reached(() => server.spans.length, 10);
    expect(names()).toEqual(Array.from({ length: 10 }, (_, at) => `span-${at}`));
    expect(server.requests).toHaveLength(3);
    expect(server.requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-key': 'k' } });
    expect(server.resource).toEqual({ 'service.name': 'ponte' });
    await own.close();
  });

  test('keeps what a busy collector did not take, and tells once that it does not', async () => {
    server.next.push(503, 429, 503);
    const own = exporter();
    own.add(span(1));
    await reached(() => server.spans.length, 1);
    await own.close();
    expect(server.requests).toHaveLength(4);
    expect(told.lines).toEqual([
      ['The collector takes no traces: it answers 503', { dropped: 0 }],
      ['The collector takes traces again', { dropped: 0 }],
    ]);
  });

  test('drops what a collector refuses, and what is more than it holds, and counts both', async () => {
    server.next.push(400);
    const own = exporter({ ...LIMITS, everyMs: 60_000 });
    for (let at = 0; at < 13; at++) own.add(span(at));
    expect(await dropped()).toBe(3);
    await reached(dropped, 7);
    expect(told.lines).toEqual([['The collector takes no traces: it answers 400', { dropped: 7 }]]);
    expect(names()).toEqual([]);
    await own.close();
  });

  test('sends at its end what it has not sent yet', async () => {
    const own = exporter({ ...LIMITS, everyMs: 60_000 });
    for (let at = 0; at < 3; at++) own.add(span(at));
    await own.close();
    expect(names()).toEqual(['span-0', 'span-1', 'span-2']);
  });

  test('that reaches nobody ends all the same', async () => {
    await server.close();
    const own = exporter({ ...LIMITS, everyMs: 60_000 });
    own.add(span(1));
    await own.close();
    expect(told.lines).toEqual([['The collector takes no traces: ECONNREFUSED', { dropped: 0 }]]);
  });
});
