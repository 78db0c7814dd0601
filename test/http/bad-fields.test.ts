import { refusalWithSequel, refusedAlone } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post } from './wire.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

const YEAR_MS = 366 * 86_400_000;
const headers = (count: number): string =>
  Array.from({ length: count }, (_, at) => `"h${at}":"x"`).join();

/** A megabyte is too long for a title. */
const titled = (cases: readonly (readonly [field: string, code: string])[]) =>
  cases.map(([field, code]) => [field.slice(0, 60), code, field] as const);

describe('fields', () => {
  const refusedFields = titled([
    ['"partition":-1', 'invalid_partition'],
    ['"partition":1.5', 'invalid_partition'],
    ['"partition":"1"', 'invalid_partition'],
    ['"partition":99', 'invalid_partition'],
    ['"partition":1e400', 'invalid_partition'],
    ['"partition":4294967296', 'invalid_partition'],
    ['"key":1', 'invalid_key'],
    ['"key":true', 'invalid_key'],
    ['"key":{"a":1}', 'invalid_key'],
    ['"key":"\\ud800"', 'invalid_key'],
    [`"key":"${'k'.repeat(2 ** 12 + 1)}"`, 'invalid_key'],
    [`"key":"${'k'.repeat(1_000_000)}"`, 'invalid_key'],
    ['"timestamp":"abc"', 'invalid_timestamp'],
    ['"timestamp":-5', 'invalid_timestamp'],
    ['"timestamp":1.5', 'invalid_timestamp'],
    ['"timestamp":1e18', 'invalid_timestamp'],
    [`"timestamp":${Date.now() + 2 * YEAR_MS}`, 'invalid_timestamp'],
    ['"headers":[]', 'invalid_header'],
    ['"headers":"a"', 'invalid_header'],
    ['"headers":{"a":null}', 'invalid_header'],
    ['"headers":{"a":1}', 'invalid_header'],
    ['"headers":{"a":["b","c"]}', 'invalid_header'],
    ['"headers":{"a":{}}', 'invalid_header'],
    ['"headers":{"a":"b","a":"c"}', 'invalid_header'],
    ['"headers":{"":"b"}', 'invalid_header'],
    ['"headers":{"a\\r\\nb":"c"}', 'invalid_header'],
    ['"headers":{"a\\u0000b":"c"}', 'invalid_header'],
    [`"headers":{"${'a'.repeat(1_024)}":"b"}`, 'invalid_header'],
    ['"headers":{"bridge-replayed":"1"}', 'invalid_header'],
    ['"headers":{"Message-Id":"1"}', 'invalid_header'],
    [`"headers":{${headers(65)}}`, 'too_many_headers'],
    [`"headers":{"a":"${'x'.repeat(2 ** 15)}"}`, 'too_many_headers'],
    ['"message_id":1', 'invalid_message_id'],
    ['"message_id":""', 'invalid_message_id'],
    ['"message_id":"a\\nb"', 'invalid_message_id'],
    [`"message_id":"${'x'.repeat(256)}"`, 'invalid_message_id'],
    ['"acks":1', 'unknown_parameter'],
    ['"nonsense":1', 'unknown_parameter'],
  ]);

  test.each(refusedFields)('the field %s is refused with %s', async (_title, code, field) => {
    const request = post('/topics/orders', `{"data":1,${field}}`);
    expect(await refusalWithSequel(bridge, request)).toEqual(refusedAlone(400, code));
  });

  test('data: null without a key is refused', async () => {
    expect(await refusalWithSequel(bridge, post('/topics/orders', '{"data":null}'))).toEqual(
      refusedAlone(400, 'key_required'),
    );
  });

  test('an empty key is a key; null and none are the same', async () => {
    const keys: unknown[] = [];
    for (const field of ['"key":"",', '"key":null,', '']) {
      expect(
        (await exchange(bridge.port, post('/topics/orders', `{${field}"data":1}`))).status,
      ).toBe(201);
      keys.push(bridge.relay.accepted.at(-1)?.key);
    }
    expect(keys).toEqual([Buffer.alloc(0), null, null]);
  });

  test('what is just within the limits is accepted', async () => {
    const key = 'k'.repeat(2 ** 12);
    const body = `{"data":1,"key":"${key}","timestamp":0,"headers":{${headers(64)}},"partition":2}`;
    expect((await exchange(bridge.port, post('/topics/orders', body))).status).toBe(201);
    expect(bridge.relay.accepted.at(-1)).toMatchObject({ timestamp: 0, partition: 2 });
  });
});

describe('HTTP headers', () => {
  const xml = { 'content-type': 'application/xml' };

  test.each<[string, Record<string, string>, string]>([
    ['an id of 256 characters', { 'idempotency-key': 'x'.repeat(256) }, 'invalid_message_id'],
    ['an empty id', { 'idempotency-key': '' }, 'invalid_message_id'],
    ['an id that is not ASCII', { 'idempotency-key': 'é' }, 'invalid_message_id'],
    ['an id with a tab', { 'idempotency-key': 'a\tb' }, 'invalid_message_id'],
    ['two ids', { 'idempotency-key': 'a\r\nidempotency-key: b' }, 'duplicate_header'],
    ['a key beside JSON', { 'record-key': 'a' }, 'unknown_parameter'],
    ['two keys', { ...xml, 'record-key': 'a\r\nrecord-key: b' }, 'duplicate_header'],
    ['a field that is not known', { ...xml, 'record-acks': '0' }, 'unknown_parameter'],
    ['a partition NaN', { ...xml, 'record-partition': 'NaN' }, 'invalid_partition'],
    ['a partition that is not there', { ...xml, 'record-partition': '3' }, 'invalid_partition'],
    ['a timestamp -5', { ...xml, 'record-timestamp': '-5' }, 'invalid_timestamp'],
    ['a timestamp NaN', { ...xml, 'record-timestamp': 'NaN' }, 'invalid_timestamp'],
    ['a reserved name', { ...xml, 'record-header-bridge-x': '1' }, 'invalid_header'],
    ['a header without a name', { ...xml, 'record-header-': '1' }, 'invalid_header'],
    ['a key that is too long', { ...xml, 'record-key': 'k'.repeat(4_097) }, 'invalid_key'],
  ])('%s is refused', async (_name, given, code) => {
    const request = post('/topics/orders', '{"data":1}', given);
    expect(await refusalWithSequel(bridge, request)).toEqual(refusedAlone(400, code));
  });

  test.each(['\u0001', '\u001f', '\u007f'])('%j within an id is not HTTP', async (control) => {
    const request = post('/topics/orders', '{"data":1}', { 'idempotency-key': `a${control}b` });
    expect(await refusalWithSequel(bridge, request)).toEqual(
      refusedAlone(400, 'bad_request_framing', { closes: true }),
    );
  });

  test('another id than that of the body is refused', async () => {
    const body = '{"data":1,"message_id":"own"}';
    const request = post('/topics/orders', body, { 'idempotency-key': 'other' });
    expect(await refusalWithSequel(bridge, request)).toEqual(
      refusedAlone(400, 'message_id_conflict'),
    );
  });

  test('a comma in one id is part of it', async () => {
    const request = post('/topics/orders', '{"data":1}', { 'idempotency-key': 'a, b' });
    const answer = await exchange(bridge.port, request);
    expect(answer.status).toBe(201);
    expect(answer.body).toContain('"message_id":"a, b"');
  });
});
