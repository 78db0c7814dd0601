import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSpanId, newTraceId } from '../../apps/bridge/src/tracing/trace-context.js';
import { postJson, type JsonAnswer } from '../http/client.js';
import { drained, until } from '../support/bridge-api.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { collector, type CollectedSpan, type Collector } from './collector.js';

let cluster: SharedCluster;

beforeAll(async () => {
  cluster = await sharedCluster();
});
afterAll(() => cluster.release());

const parent = (flags: string) => {
  const [traceId, spanId] = [newTraceId(), newSpanId()];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
};
const post = (
  { bridge }: BridgeSetup,
  topic: string,
  traceparent: string | null,
  body = '{"key":"cpf-52998224725","data":1}',
): Promise<JsonAnswer> =>
  postJson(`${bridge.url}/topics/${topic}`, body, {
    prefer: 'wait=30',
    ...(traceparent === null ? {} : { traceparent }),
  });

describe('with a collector', () => {
  let server: Collector;
  let setup: BridgeSetup;
  let topic: string;
  let plain: string;

  beforeAll(async () => {
    server = await collector();
    topic = await cluster.createTopic('traced');
    plain = await cluster.createTopic('plain');
    const variable = `DELIVERY_${plain.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
    setup = await startBridge(cluster.bootstrap, {
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc%2C1',
      OTEL_TRACES_SAMPLER_ARG: '0',
      [variable]: 'at-least-once',
    });
  });
  afterAll(async () => {
    await setup.dispose();
    await server.close();
  });

  async function traceOf(traceId: string, spans: number): Promise<readonly CollectedSpan[]> {
    const found = () => server.spans.filter((span) => span.traceId === traceId);
    return until(
      `${spans} spans of a trace`,
      () => Promise.resolve(found()),
      ({ length }) => length >= spans,
    );
  }
  const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan => {
    const [span, ...others] = spans.filter((one) => one.name === name);
    if (span === undefined || others.length > 0) throw new Error(`${name} is not there once`);
    return span;
  };

  test('a POST, its batch, the transaction and the settlement are one trace, whose context is in the record', async () => {
    const { traceId, spanId, traceparent } = parent('01');
    const { status, body } = await post(setup, topic, traceparent);
    expect(status).toBe(200);
    const spans = await traceOf(traceId, 4);
    const accept = named(spans, 'accept');
    const batch = named(spans, 'batch');
    const transaction = named(spans, 'kafka transaction');
    const settle = named(spans, 'settle');
    expect(accept.parentSpanId).toBe(spanId);
    expect(batch.parentSpanId).toBe(accept.spanId);
    expect([transaction.parentSpanId, settle.parentSpanId]).toEqual([batch.spanId, batch.spanId]);
    expect(accept.endedAt).toBeLessThanOrEqual(settle.startedAt);
    expect(batch.startedAt).toBeLessThanOrEqual(transaction.startedAt);
    expect(transaction.endedAt).toBe(settle.startedAt);
    expect(settle.endedAt).toBe(batch.endedAt);
    expect(accept).toMatchObject({
      kind: 2,
      attributes: { 'http.route': '/topics/:topic', 'ponte.records': 1 },
    });
    expect(batch.attributes).toMatchObject({
      'ponte.pipeline': 'main-0',
      'ponte.batch': expect.any(Number) as number,
      'messaging.destination.name': topic,
    });
    expect(transaction.kind).toBe(4);
    expect(spans.map(({ error }) => error)).toEqual([null, null, null, null]);
    const records = await readTopic(cluster.bootstrap, topic);
    const record = records.find((one) => headerOf(one, 'message-id') === body['message_id']);
    const context = `00-${traceId}-${accept.spanId}-01`;
    expect(record === undefined ? null : headerOf(record, 'traceparent')).toBe(context);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-key': 'abc,1' });
    expect(server.resource).toMatchObject({ 'service.name': 'ponte' });
  });

  test('each record of a batch has the batch in its own trace', async () => {
    const traces = Array.from({ length: 8 }, () => parent('01'));
    await Promise.all(traces.map(({ traceparent }) => post(setup, topic, traceparent)));
    for (const { traceId, spanId } of traces) {
      const spans = await traceOf(traceId, 4);
      const accept = named(spans, 'accept');
      expect([accept.parentSpanId, named(spans, 'batch').parentSpanId]).toEqual([
        spanId,
        accept.spanId,
      ]);
    }
  });

  test('what a caller does not keep is not traced, nor what begins here with a ratio of 0; his context is passed on', async () => {
    const { traceId, traceparent } = parent('00');
    const passed = await post(setup, topic, traceparent);
    const own = await post(setup, topic, null);
    const { traceId: last, traceparent: kept } = parent('01');
    await post(setup, topic, kept);
    await traceOf(last, 4);
    const known = new Set(server.spans.map((span) => span.traceId));
    expect(known.has(traceId)).toBe(false);
    const records = await readTopic(cluster.bootstrap, topic);
    const headers = [passed, own].map(({ body }) => {
      const one = records.find((record) => headerOf(record, 'message-id') === body['message_id']);
      return one === undefined ? 'no record' : headerOf(one, 'traceparent');
    });
    expect(headers).toEqual([traceparent, undefined]);
  });

  test('a POST that is refused is a span with its status', async () => {
    const { traceId, traceparent } = parent('01');
    expect((await post(setup, topic, traceparent, '{"nonsense":1}')).status).toBe(400);
    expect(await traceOf(traceId, 1)).toMatchObject([
      { name: 'accept', error: '400', attributes: { 'http.response.status_code': 400 } },
    ]);
  });

  test('at-least-once has a request to Kafka in the place of a transaction', async () => {
    const { traceId, traceparent } = parent('01');
    await post(setup, plain, traceparent);
    const spans = await traceOf(traceId, 4);
    const batch = named(spans, 'batch');
    expect(batch.attributes['ponte.pipeline']).toBe('plain');
    expect(named(spans, 'kafka append').parentSpanId).toBe(batch.spanId);
    expect(named(spans, 'settle').parentSpanId).toBe(batch.spanId);
  });

  test('a batch that Kafka refuses says why, and every try is seen', async () => {
    const small = await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } });
    const { traceId, traceparent } = parent('01');
    const body = JSON.stringify({ data: 'x'.repeat(5_000), message_id: `large-${traceId}` });
    await post(setup, small, traceparent, body);
    await drained(setup.bridge.url);
    const failed = await until(
      'the refusal',
      () => Promise.resolve(server.spans.filter((span) => span.traceId === traceId)),
      (spans) => spans.some(({ name, error }) => name === 'batch' && error !== null),
    );
    const batch = failed.find(({ name }) => name === 'batch');
    expect(batch?.error).toBe('message_too_large');
    const steps = failed.filter(({ parentSpanId }) => parentSpanId === batch?.spanId);
    expect(steps).toMatchObject([{ name: 'kafka transaction', error: 'message_too_large' }]);
  });

  test('nothing personal is in a span', () => {
    const text = JSON.stringify(server.spans, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(text).toContain('accept');
    expect(text).not.toMatch(/52998224725|cpf/);
  });
});

test('without a collector nothing of it is loaded, and the context is passed on as it came', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ponte-coverage-'));
  const topic = await cluster.createTopic('untraced');
  // Node writes down at the end of a process which files it has loaded.
  const setup = await startBridge(cluster.bootstrap, { NODE_V8_COVERAGE: folder });
  try {
    const { traceparent } = parent('01');
    await post(setup, topic, traceparent);
    expect(await setup.bridge.terminate()).toBe(0);
    const [record] = await readTopic(cluster.bootstrap, topic);
    expect(record === undefined ? null : headerOf(record, 'traceparent')).toBe(traceparent);
    const [file = ''] = await readdir(folder);
    const written = await readFile(join(folder, file), 'utf8');
    const { result } = JSON.parse(written) as { result: readonly { readonly url: string }[] };
    const loaded = result.map(({ url }) => /\/tracing\/(.*)$/.exec(url)?.[1] ?? '').filter(Boolean);
    expect(loaded.toSorted()).toEqual([
      'index.js',
      'trace-parent.js',
      'tracing.js',
      'tracing.module.js',
    ]);
  } finally {
    await setup.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});
