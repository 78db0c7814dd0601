import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post, type WireAnswer } from './wire.js';

const JSON_V2 = 'application/vnd.kafka.json.v2+json';
const BINARY_V2 = 'application/vnd.kafka.binary.v2+json';
const GOOD = '{"records":[{"value":1}]}';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({
    CONFIRM_WAIT_MS: '0',
    MAX_BODY_BYTES: '100000',
    MAX_RECORDS_PER_REQUEST: '20',
  });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const send = (
  path: string,
  body: string,
  type = JSON_V2,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireAnswer> =>
  exchange(bridge.port, post(path, body, { 'content-type': type, ...headers }));

/** Status, code and form of a refusal; nothing may have been stored. */
async function refusalOf(request: () => Promise<WireAnswer>) {
  const before = bridge.relay.accepted.length;
  const { status, headers, body } = await request();
  const members = JSON.parse(body) as Record<string, unknown>;
  return {
    status,
    code: members['error_code'],
    type: headers.get('content-type'),
    members: Object.keys(members).toSorted(),
    message: typeof members['message'],
    stored: bridge.relay.accepted.length - before,
  };
}

const refused = (status: number, code: number, type = 'application/vnd.kafka.v2+json') => ({
  status,
  code,
  type,
  members: ['error_code', 'message'],
  message: 'string',
  stored: 0,
});

test.each<[string, string, number, number]>([
  ['no body', '', 400, 400],
  ['no JSON', '{"records":[', 400, 400],
  ['no object', '[{"value":1}]', 400, 400],
  ['no records', '{}', 422, 422],
  ['records that are null', '{"records":null}', 422, 422],
  ['no record', '{"records":[]}', 422, 422],
  ['records that are no array', '{"records":{"value":1}}', 400, 400],
  ['a record that is no object', '{"records":[1]}', 400, 400],
  ['a member that nobody knows', '{"records":[{"value":1}],"foo":1}', 422, 422],
  ['a member of a record that nobody knows', '{"records":[{"value":1,"foo":1}]}', 422, 422],
  ['a member twice', '{"records":[{"value":1,"value":2}]}', 400, 400],
  ['a schema', '{"records":[{"value":1}],"value_schema":"{}"}', 422, 42206],
  ['the id of a schema', '{"records":[{"value":1}],"key_schema_id":7}', 422, 42206],
  ['a partition below 0', '{"records":[{"value":1,"partition":-1}]}', 404, 40402],
  ['a partition that is not there', '{"records":[{"value":1,"partition":3}]}', 404, 40402],
  ['a timestamp that is none', '{"records":[{"value":1,"timestamp":"now"}]}', 422, 422],
  ['headers that are no array', '{"records":[{"value":1,"headers":{"a":"b"}}]}', 422, 422],
  [
    'a header that is no base64',
    '{"records":[{"value":1,"headers":[{"key":"a","value":"?"}]}]}',
    422,
    422,
  ],
  ['a header without a name', '{"records":[{"value":1,"headers":[{"value":"YQ=="}]}]}', 422, 422],
  ['a header of v3', '{"records":[{"value":1,"headers":[{"name":"a","value":"YQ=="}]}]}', 422, 422],
  [
    "a header of the bridge's own",
    '{"records":[{"value":1,"headers":[{"key":"source"}]}]}',
    422,
    422,
  ],
  [
    'a message id that is none',
    '{"records":[{"value":1,"headers":[{"key":"message-id","value":"/w=="}]}]}',
    422,
    422,
  ],
  ['a key that is too long', `{"records":[{"value":1,"key":"${'k'.repeat(5000)}"}]}`, 422, 422],
  ['too many records', `{"records":[${Array(21).fill('{"value":1}').join()}]}`, 413, 413],
  ['one bad record of two', '{"records":[{"value":1},{"value":2,"foo":3}]}', 422, 422],
])('v2 refuses %s', async (_, body, status, code) => {
  expect(await refusalOf(() => send('/topics/orders', body))).toEqual(refused(status, code));
});

test.each<[string, string, string]>([
  ['text', 'a value that is no string', '{"records":[{"value":1}]}'],
  ['text', 'half of a surrogate pair', '{"records":[{"value":"\\ud800"}]}'],
  ['binary', 'a value that is no string', '{"records":[{"value":{}}]}'],
  ['binary', 'a value that is no base64', '{"records":[{"value":"a b"}]}'],
  ['binary', 'base64 without its padding', '{"records":[{"value":"YQ"}]}'],
  ['binary', 'the base64 of URLs', '{"records":[{"value":"_-8_"}]}'],
  ['binary', 'the end of base64 in that of URLs', '{"records":[{"value":"YWJj_-8="}]}'],
  ['binary', 'base64 in lines', '{"records":[{"value":"YWJj\\nZGVm"}]}'],
  ['binary', 'base64 with something behind it', '{"records":[{"value":"YQ==YQ=="}]}'],
  ['binary', 'padding alone', '{"records":[{"value":"===="}]}'],
  ['binary', 'a key that is no base64', '{"records":[{"key":"*","value":"YQ=="}]}'],
])('v2 in the format %s refuses %s', async (format, _, body) => {
  const type = `application/vnd.kafka.${format}.v2+json`;
  expect(await refusalOf(() => send('/topics/orders', body, type))).toEqual(refused(400, 400));
});

test.each<[string, string, number, number]>([
  ['/topics/missing', JSON_V2, 404, 40401],
  ['/topics/orders/partitions/3', JSON_V2, 404, 40402],
  ['/topics/orders/partitions/-1', JSON_V2, 404, 40402],
  ['/topics/orders/partitions/a', JSON_V2, 404, 404],
  ['/topics/__consumer_offsets', JSON_V2, 403, 40301],
  ['/topics/dlq-topic', JSON_V2, 403, 40301],
  ['/topics/a%20b', JSON_V2, 422, 42206],
  ['/topics/orders?acks=0', JSON_V2, 422, 422],
  ['/topics/orders', 'application/vnd.kafka.avro.v2+json', 422, 42206],
  ['/topics/orders', 'application/vnd.kafka.jsonschema.v2+json', 422, 42206],
  ['/topics/orders', 'application/vnd.kafka.protobuf.v1+json', 422, 42206],
  ['/topics/orders', 'application/vnd.kafka.v2+json', 400, 400],
  ['/topics/orders', 'application/vnd.kafka.json.v3+json', 415, 415],
  ['/topics/orders', `${JSON_V2}; charset=utf-16`, 415, 415],
  ['/topics/orders/partitions/0', 'text/plain', 415, 415],
  ['/nowhere', JSON_V2, 404, 404],
])('v2 answers POST %s of %s with %d %d', async (path, type, status, code) => {
  expect(await refusalOf(() => send(path, GOOD, type))).toEqual(refused(status, code));
});

test('v2 keeps the rule for bodies without a type where the records have values', async () => {
  const type = 'application/json';
  const body = '{"records":[{"value":1,"foo":2}]}';
  expect(await refusalOf(() => send('/topics/orders', body, type))).toEqual(refused(422, 422));
});

test('v2 refuses what is too large, and closes the connection', async () => {
  const body = `{"records":[{"value":"${'x'.repeat(100_000)}"}]}`;
  const answer = send('/topics/orders', body);
  expect(await refusalOf(() => answer)).toEqual(refused(413, 413));
  expect((await answer).headers.get('connection')).toBe('close');
});

test.each([
  ['PUT', '/topics/orders/partitions/0', 405],
  ['DELETE', '/topics/orders', 405],
  ['GET', '/topics/%zz', 400],
])('v2 says %s %s is %d in its own form', async (method, path, status) => {
  const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\naccept: application/vnd.kafka.v2+json\r\n\r\n`;
  expect(await refusalOf(() => exchange(bridge.port, head))).toEqual(refused(status, status));
});

test.each(['bar/json', '*/baz', 'foo/*', 'text/html'])(
  'v2 refuses to answer in %s',
  async (accept) => {
    expect(await refusalOf(() => send('/topics/orders', GOOD, JSON_V2, { accept }))).toEqual(
      refused(406, 406),
    );
  },
);

test.each(['*/json', 'application/*', '*/*', 'application/json', 'text/html, */*;q=0.1'])(
  'v2 answers whoever accepts %s',
  async (accept) => {
    expect((await send('/topics/orders', GOOD, JSON_V2, { accept })).status).toBe(202);
  },
);

test('v2 goes by what the cluster has now, and the bridge\u2019s own language by what it remembers', async () => {
  bridge.topics.remembered.set('gone', 1);
  expect(await refusalOf(() => send('/topics/gone', GOOD))).toEqual(refused(404, 40401));
  expect((await send('/topics/gone', '{"data":1}', 'application/json')).status).toBe(201);
});

test('v2 refuses base64 before anything of the request is stored', async () => {
  const body = '{"records":[{"value":"YQ=="},{"value":"?"}]}';
  expect(await refusalOf(() => send('/topics/orders', body, BINARY_V2))).toEqual(refused(400, 400));
});
