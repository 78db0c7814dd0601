import { until } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post, type WireAnswer } from './wire.js';

const PATH = '/v3/clusters/memory/topics/orders/records:batch';
const NOW = { prefer: 'wait=0' };

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ MAX_BODY_BYTES: '100000', MAX_RECORDS_PER_REQUEST: '20' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const send = (body: string, headers: Readonly<Record<string, string>> = {}, path = PATH) =>
  exchange(bridge.port, post(path, body, headers));

const entry = (id: string, more: object = { value: { type: 'JSON', data: id } }) => ({
  id,
  ...more,
});
const batch = (...entries: readonly object[]) => JSON.stringify({ entries });
const bodyOf = ({ body }: WireAnswer) => JSON.parse(body) as Record<string, unknown>;

/** The values that are accepted while it runs, in their order. */
async function stored(request: () => Promise<WireAnswer>) {
  const before = bridge.relay.accepted.length;
  const answer = await request();
  const records = bridge.relay.accepted.slice(before);
  return { answer, values: records.map(({ value }) => value?.toString()), records };
}

test('tells of each entry what has become of it', async () => {
  const before = bridge.relay.accepted.length;
  const answer = send(
    batch(
      entry('a-1', { value: { type: 'JSON', data: 1 }, partition_id: 2 }),
      entry('bad', { value: { type: 'BINARY', data: '?' } }),
      entry('b_2', { key: { type: 'STRING', data: 'k' } }),
      entry('schema', { value: { type: 'AVRO', data: 1 } }),
      entry('unknown', { foo: 1 }),
      entry('large', { value: { type: 'STRING', data: 'large' } }),
    ),
  );
  await until(() => bridge.relay.accepted.length === before + 3);
  const records = bridge.relay.accepted.slice(before);
  await bridge.relay.confirm(records.slice(0, 2));
  await bridge.relay.bury(records.slice(2));
  const { status, headers } = await answer;
  expect([status, headers.get('content-type')]).toEqual([207, 'application/json']);
  const place = {
    cluster_id: 'memory',
    topic_name: 'orders',
    offset: expect.any(Number),
    timestamp: expect.any(String),
  };
  const message = expect.any(String);
  expect(bodyOf(await answer)).toEqual({
    successes: [
      { id: 'a-1', ...place, partition_id: 2, value: { type: 'JSON', size: 1 } },
      { id: 'b_2', ...place, partition_id: expect.any(Number), key: { type: 'STRING', size: 1 } },
    ],
    failures: [
      { id: 'bad', error_code: 400, message },
      { id: 'schema', error_code: 422, message: expect.stringMatching(/^Error: 42206 : /) },
      { id: 'unknown', error_code: 400, message: expect.stringMatching(/^Unrecognized field/) },
      { id: 'large', error_code: 413, message },
    ],
  });
});

test('keeps the order of the entries, and says 202 of what is on its way', async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `e${n}`);
  const { answer, values, records } = await stored(() =>
    send(batch(...ids.map((id) => entry(id))), NOW),
  );
  expect(values).toEqual(ids.map((id) => `"${id}"`));
  expect(bodyOf(answer)).toEqual({
    successes: ids.map((id, at) => ({
      id,
      error_code: 202,
      cluster_id: 'memory',
      topic_name: 'orders',
      message_id: records[at]?.messageId,
      status: 'pending',
    })),
    failures: [],
  });
});

test('posted again with its Idempotency-Key is the same records', async () => {
  const headers = { ...NOW, 'idempotency-key': 'batch' };
  const body = batch(entry('a'), entry('b'));
  const first = await stored(() => send(body, headers));
  const second = await stored(() => send(body, headers));
  expect(first.records.map(({ messageId }) => messageId)).toEqual(['batch-0', 'batch-1']);
  expect(second.values).toEqual([]);
  expect(bodyOf(second.answer)).toEqual(bodyOf(first.answer));
});

test('an id that was used for another record refuses that entry', async () => {
  const headers = { ...NOW, 'idempotency-key': 'other' };
  await send(batch(entry('a')), headers);
  const { answer, values } = await stored(() => send(batch(entry('x'), entry('b')), headers));
  expect(values).toEqual(['"b"']);
  expect(bodyOf(answer)).toMatchObject({ failures: [{ id: 'x', error_code: 422 }] });
});

test.each<[string, string, number, number]>([
  ['no body', '', 422, 42208],
  ['no entries', '{}', 422, 42208],
  ['entries that are none', '{"entries":1}', 422, 42208],
  ['an empty batch', '{"entries":[]}', 422, 42208],
  ['too many entries', batch(...Array.from({ length: 21 }, (_, n) => entry(`e${n}`))), 422, 42208],
  ['ids that are not distinct', batch(entry('a'), entry('a')), 422, 42208],
  ['an id that is none', batch(entry('a b')), 422, 42208],
  ['an id that is too long', batch(entry('a'.repeat(81))), 422, 42208],
  ['an entry without an id', '{"entries":[{}]}', 422, 42208],
  ['an entry that is no object', '{"entries":[1]}', 422, 42208],
  ['a member that nobody knows', '{"records":[]}', 422, 422],
  ['no JSON', '{"entries":', 400, 400],
  ['no object', '[]', 400, 400],
])('with %s is refused whole', async (_, body, status, code) => {
  const { answer, values } = await stored(() => send(body));
  expect([answer.status, bodyOf(answer)]).toEqual([
    status,
    { error_code: code, message: expect.any(String) },
  ]);
  expect(values).toEqual([]);
});

test('to another cluster is refused whole', async () => {
  const { answer, values } = await stored(() =>
    send(batch(entry('a')), {}, '/v3/clusters/other/topics/orders/records:batch'),
  );
  expect([answer.status, bodyOf(answer)]).toEqual([
    404,
    { error_code: 404, message: 'Cluster other cannot be found.' },
  ]);
  expect(values).toEqual([]);
});

test('may only be posted', async () => {
  const answer = await exchange(bridge.port, `GET ${PATH} HTTP/1.1\r\nhost: x\r\n\r\n`);
  expect([answer.status, bodyOf(answer)['error_code']]).toEqual([405, 405]);
  expect(answer.headers.get('allow')).toBe('POST');
});

test('is accepted while Kafka cannot be asked for its name', async () => {
  const other = await startBridge();
  other.topics.down = true;
  const path = '/v3/clusters/any/topics/orders/records:batch';
  const answer = await exchange(other.port, post(path, batch(entry('a')), NOW));
  await other.stop();
  expect(bodyOf(answer)).toMatchObject({ successes: [{ cluster_id: 'any', error_code: 202 }] });
});
