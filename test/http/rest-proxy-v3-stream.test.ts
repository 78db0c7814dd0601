import type { OutboxRecord } from '@bridge/outbox';
import { json, until } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { V3Stream } from './v3-stream.js';
import { exchange, post } from './wire.js';

const NOW = { prefer: 'wait=0' };
const record = (value: unknown, more: object = {}) =>
  JSON.stringify({ value: { type: 'JSON', data: value }, ...more });
const base64 = (bytes: string | Buffer) =>
  (typeof bytes === 'string' ? Buffer.from(bytes) : bytes).toString('base64');

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ MAX_BODY_BYTES: '4096', MAX_RECORDS_PER_REQUEST: '20' });
  bridge.topics.partitions.set('orders', 3);
  bridge.topics.partitions.set('one', 1);
});

afterAll(() => bridge.stop());

/** The records that are accepted from here on. */
function following(): (count: number) => Promise<readonly OutboxRecord[]> {
  const before = bridge.relay.accepted.length;
  return async (count) => {
    await until(() => bridge.relay.accepted.length >= before + count);
    return bridge.relay.accepted.slice(before);
  };
}

test('answers a record while the next one has not come yet', async () => {
  const accepted = following();
  const stream = V3Stream.open(bridge.port, 'one');
  stream.send(record({ n: 1 }, { key: { type: 'STRING', data: 'NF-1' } }));
  await bridge.relay.confirm(await accepted(1));
  expect(await stream.answers(1)).toEqual([
    {
      error_code: 200,
      cluster_id: 'memory',
      topic_name: 'one',
      partition_id: 0,
      offset: expect.any(Number),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      key: { type: 'STRING', size: 4 },
      value: { type: 'JSON', size: 7 },
    },
  ]);
  const { statusCode, headers } = await stream.response();
  expect([statusCode, headers['content-type']]).toEqual([200, 'application/json']);
  stream.send(record(2));
  await bridge.relay.confirm((await accepted(2)).slice(1));
  expect(await stream.answers(2)).toHaveLength(2);
  stream.finish();
  expect(await stream.all()).toHaveLength(2);
});

test('answers in the order of the records, whatever the order in which they are settled', async () => {
  const accepted = following();
  const stream = V3Stream.open(bridge.port, 'one');
  stream.send(record(1) + record(2) + record(3));
  const [first, second, third] = (await accepted(3)) as [OutboxRecord, OutboxRecord, OutboxRecord];
  await bridge.relay.confirm([third]);
  await bridge.relay.bury([second]);
  await bridge.relay.confirm([first]);
  stream.finish();
  const answers = await stream.all();
  expect(answers.map((answer) => answer['error_code'])).toEqual([200, 413, 200]);
  expect(answers[1]).toEqual({ error_code: 413, message: expect.any(String) });
  expect(Number(answers[2]?.['offset'])).toBeLessThan(Number(answers[0]?.['offset']));
});

test('takes objects with anything or nothing between them, in pieces of any size', async () => {
  const accepted = following();
  const stream = V3Stream.open(bridge.port, 'one', NOW);
  const value = { text: 'a } b { " \\ \u00e9 \ud83d\ude00', list: [1, { a: '}' }] };
  const bytes = Buffer.from(`${record(1)}\r\n\t ${record(value)}${record(3)}  \n`);
  for (const byte of bytes) stream.send(Buffer.of(byte));
  stream.finish();
  expect((await stream.all()).map((answer) => answer['error_code'])).toEqual([202, 202, 202]);
  expect((await accepted(3)).map((one) => one.value?.toString())).toEqual([
    '1',
    JSON.stringify(value),
    '3',
  ]);
});

test('keeps the bytes of each type, the headers in their order, the partition and the time', async () => {
  const accepted = following();
  const stream = V3Stream.open(bridge.port, 'orders', NOW);
  const bytes = Buffer.from([0xff, 0x00, 0x7f]);
  stream.send(
    `{"key":{"type":"JSON","data": {"b":1.0} },"value":{"data":[ 10.00 ],"type":"JSON"}}`,
  );
  stream.send(
    JSON.stringify({
      partition_id: 2,
      key: { type: 'BINARY', data: base64(bytes) },
      value: { type: 'STRING', data: 'ação' },
      headers: [
        { name: 'a', value: base64(bytes) },
        { name: 'b' },
        { name: 'a', value: null },
        { name: 'message-id', value: base64('my id') },
      ],
      timestamp: '2025-10-21T13:30:00.123456789Z',
    }),
  );
  stream.send('{"key":{"type":"STRING","data":"k"},"value":null}');
  stream.send('{"key":{"type":"STRING","data":"k"},"value":{"type":"BINARY","data":null}}{}');
  stream.finish();
  expect((await stream.all()).map((answer) => answer['error_code'])).toEqual(Array(5).fill(202));
  const records = await accepted(5);
  expect(records.map(({ key, value }) => [key, value])).toEqual([
    [Buffer.from('{"b":1.0}'), Buffer.from('[ 10.00 ]')],
    [bytes, Buffer.from('ação')],
    [Buffer.from('k'), null],
    [Buffer.from('k'), null],
    [null, null],
  ]);
  expect(records[1]).toMatchObject({
    messageId: 'my id',
    partition: 2,
    requestedPartition: 2,
    timestamp: Date.parse('2025-10-21T13:30:00.123Z'),
  });
  expect(records[1]?.headers.map(({ name, value }) => [name, value.toString('hex')])).toEqual([
    ['message-id', Buffer.from('my id').toString('hex')],
    ['source', Buffer.from('protheus-middleware').toString('hex')],
    ['content-type', Buffer.from('text/plain').toString('hex')],
    ['a', 'ff007f'],
    ['b', ''],
    ['a', ''],
  ]);
});

test('says 202 and how to follow the record when Kafka has not confirmed in time', async () => {
  const stream = V3Stream.open(bridge.port, 'one', NOW);
  stream.send(record(1));
  stream.finish();
  const [answer] = await stream.all();
  expect(answer).toEqual({
    error_code: 202,
    cluster_id: 'memory',
    topic_name: 'one',
    message_id: expect.stringMatching(/^one-/),
    status: 'pending',
  });
  const { body } = await json(`${bridge.url}/messages/${String(answer?.['message_id'])}`);
  expect(body).toMatchObject({ status: 'pending' });
});

test('with an Idempotency-Key posted again is the same records', async () => {
  const accepted = following();
  const send = async () => {
    const stream = V3Stream.open(bridge.port, 'one', { ...NOW, 'idempotency-key': 'S' });
    stream.send(record(1) + record(2));
    stream.finish();
    return (await stream.all()).map((answer) => answer['message_id']);
  };
  expect(await send()).toEqual(['S-0', 'S-1']);
  expect(await send()).toEqual(['S-0', 'S-1']);
  expect(await accepted(2)).toHaveLength(2);
});

test.each<[string, string, number, RegExp]>([
  ['a field that nobody knows', '{"foo":1}', 400, /Unrecognized field/],
  ['a field of a value that nobody knows', '{"value":{"type":"JSON","data":1,"foo":1}}', 400, /./],
  ['a value that is no object', '{"value":1}', 400, /./],
  ['no base64', '{"value":{"type":"BINARY","data":"?"}}', 400, /not a valid base64 string/],
  ['a string that is none', '{"value":{"type":"STRING","data":1}}', 400, /./],
  ['a type with a schema', '{"value":{"type":"AVRO","data":1}}', 422, /^Error: 42206 : /],
  ['no type', '{"value":{"data":1}}', 422, /^Error: 42206 : /],
  ['a schema', '{"value":{"type":"JSON","data":1,"schema_id":1}}', 422, /^Error: 42206 : /],
  ['a partition below 0', '{"partition_id":-1}', 40402, /./],
  ['a partition that is not there', '{"partition_id":3}', 40402, /./],
  ['a partition that is no number', '{"partition_id":"0"}', 400, /./],
  ['a header of v2', '{"headers":[{"key":"a","value":"YQ=="}]}', 422, /./],
  ['a time that is none', '{"timestamp":"yesterday"}', 422, /./],
  ['a time without a zone', '{"timestamp":"2025-10-21T13:30:00"}', 422, /./],
])('a record with %s is refused, and the stream goes on', async (_, bad, code, message) => {
  const accepted = following();
  const stream = V3Stream.open(bridge.port, 'orders', NOW);
  stream.send(record(1) + bad + record(2));
  stream.finish();
  const answers = await stream.all();
  expect(answers.map((answer) => answer['error_code'])).toEqual([202, code, 202]);
  expect(answers[1]).toEqual({ error_code: code, message: expect.stringMatching(message) });
  expect(await accepted(2)).toHaveLength(2);
});

test('a topic that is not there is said for each record', async () => {
  const stream = V3Stream.open(bridge.port, 'missing', NOW);
  stream.send(record(1) + record(2));
  stream.finish();
  const line = { error_code: 40401, message: 'Topic missing not found' };
  expect(await stream.all()).toEqual([line, line]);
});

test.each<[string, string, number]>([
  ['an array', `[${record(1)}]`, 400],
  ['a number', '1', 400],
  ['a comma between', `${record(0)},${record(1)}`, 400],
  ['brackets that do not match', '{"value":]}', 400],
  ['no JSON', '{value:1}', 400],
  ['a record that is too large', record('x'.repeat(5_000)), 413],
])('%s ends the stream with an answer', async (_, bad, code) => {
  const stream = V3Stream.open(bridge.port, 'one', NOW);
  stream.send(record(1));
  stream.send(bad);
  const answers = await stream.all();
  expect(answers.at(0)).toMatchObject({ error_code: 202 });
  expect(answers.at(-1)).toEqual({ error_code: code, message: expect.any(String) });
});

test('a record that does not end is not stored', async () => {
  const accepted = following();
  const stream = V3Stream.open(bridge.port, 'one', NOW);
  stream.send(`${record(1)}${record(2).slice(0, -1)}`);
  stream.finish();
  const answers = await stream.all();
  expect(answers.map((answer) => answer['error_code'])).toEqual([202, 400]);
  expect(await accepted(1)).toHaveLength(1);
});

test('what is no record at first has its answer in the stream, too', async () => {
  const stream = V3Stream.open(bridge.port, 'one');
  stream.send('nonsense');
  expect(await stream.all()).toEqual([{ error_code: 400, message: expect.any(String) }]);
  expect((await stream.response()).statusCode).toBe(200);
});

describe('a whole request is refused', () => {
  const path = '/v3/clusters/memory/topics/one/records';

  test.each<[string, string, string, number, number]>([
    ['without a body', path, '', 422, 42206],
    ['with nothing but white space', path, ' \r\n ', 422, 42206],
    ['to another cluster', '/v3/clusters/other/topics/one/records', record(1), 404, 404],
  ])('%s', async (_, to, body, status, code) => {
    const answer = await exchange(bridge.port, post(to, body));
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      { error_code: code, message: expect.any(String) },
    ]);
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test('of another type', async () => {
    const answer = await exchange(
      bridge.port,
      post(path, record(1), { 'content-type': 'text/plain' }),
    );
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([415, { error_code: 415 }]);
  });
});

test('a stream may be larger than any other body, and holds no budget of it in the end', async () => {
  const count = 100;
  bridge.relay.confirmAll();
  const stream = V3Stream.open(bridge.port, 'one');
  for (let n = 0; n < count; n++) stream.send(record('x'.repeat(3_000)));
  stream.finish();
  const answers = await stream.all();
  expect(answers).toHaveLength(count);
  expect(new Set(answers.map((answer) => answer['error_code']))).toEqual(new Set([200]));
});
