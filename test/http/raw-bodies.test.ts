import type { OutboxRecord } from '@bridge/outbox';
import { json } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0', MAX_BODY_BYTES: '4096' });
  bridge.topics.partitions.set('nf', 3);
});

afterAll(() => bridge.stop());

const post = (body: Buffer, headers: Record<string, string>) =>
  json(`${bridge.url}/topics/nf`, { method: 'POST', headers, body: new Uint8Array(body) });

const last = () => bridge.relay.accepted.at(-1) as OutboxRecord;
const headersOf = ({ headers }: OutboxRecord) =>
  Object.fromEntries(headers.map(({ name, value }) => [name, value.toString()]));

const XML = Buffer.concat([
  Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><nfe><x>S'),
  Buffer.from([0xe3]),
  Buffer.from('o Paulo</x></nfe>\r\n'),
]);

test.each([
  'application/octet-stream',
  'application/xml',
  'text/xml',
  'Text/XML; charset=iso-8859-1',
])('the bytes of %s are the value', async (type) => {
  const answer = await post(XML, {
    'content-type': type,
    'record-key': 'NF-1',
    'record-header-empresa': '99',
    'record-partition': '2',
    'record-timestamp': '1761043800000',
    'idempotency-key': `raw ${type}`,
  });
  expect(answer.status).toBe(201);
  expect(last()).toMatchObject({
    messageId: `raw ${type}`,
    key: Buffer.from('NF-1'),
    value: XML,
    partition: 2,
    timestamp: 1_761_043_800_000,
  });
  expect(headersOf(last())).toEqual({
    'message-id': `raw ${type}`,
    source: 'protheus-middleware',
    'content-type': type,
    empresa: '99',
  });
});

test('what is neither JSON nor one of these is refused, and so is an empty body', async () => {
  const refusals = [
    await post(XML, { 'content-type': 'text/plain' }),
    await post(XML, { 'content-type': 'application/x-www-form-urlencoded' }),
    await post(Buffer.alloc(0), { 'content-type': 'application/xml' }),
    await post(Buffer.from('{"data":1}'), {
      'content-type': 'application/json',
      'record-key': 'a',
    }),
    await post(XML, { 'content-type': 'text/xml', 'record-acks': '0' }),
    await post(Buffer.alloc(4097), { 'content-type': 'application/octet-stream' }),
  ];
  expect(refusals.map(({ status, body }) => [status, body['code']])).toEqual([
    [415, 'unsupported_media_type'],
    [415, 'unsupported_media_type'],
    [400, 'empty_body'],
    [400, 'unknown_parameter'],
    [400, 'unknown_parameter'],
    [413, 'payload_too_large'],
  ]);
});

test('other routes take JSON only', async () => {
  const answer = await json(`${bridge.url}/admin/topics`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: '<x/>',
  });
  expect([answer.status, answer.body['code']]).toEqual([415, 'unsupported_media_type']);
});
