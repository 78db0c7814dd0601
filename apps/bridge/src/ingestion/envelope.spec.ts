import { ProblemError, type ProblemCode } from '../problem/index.js';
import { readEnvelopes, type Envelope } from './envelope.js';

const NOW = Date.UTC(2025, 9, 21);
const MOST = 3;
const readAll = (text: string) => readEnvelopes(Buffer.from(text, 'utf8'), NOW, MOST);
const read = (text: string): Envelope => readAll(text).envelopes[0] as Envelope;

function codeOf(text: string): ProblemCode | null {
  try {
    read(text);
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
}

test('reads every field', () => {
  const envelope = read(
    '{"key":"NF-1","data":{"a":1},"headers":{"empresa":"99","filial":"01"},' +
      '"message_id":"m-1","partition":2,"timestamp":1761043800000}',
  );
  expect(envelope).toEqual({
    key: Buffer.from('NF-1'),
    value: Buffer.from('{"a":1}'),
    headers: [
      { name: 'empresa', value: Buffer.from('99') },
      { name: 'filial', value: Buffer.from('01') },
    ],
    messageId: 'm-1',
    partition: 2,
    timestamp: 1_761_043_800_000,
    contentType: 'application/json',
    span: { start: 0, end: 129 },
  });
});

test.each([
  ['a number of 44 digits', '35200714200166000187550010000000015123456789'],
  ['zeros after the point', '10.00'],
  ['a number beyond a double', '1e400'],
  ['minus zero', '-0'],
  ['order and duplicates of keys', '{"b":1,"a":2,"b":3}'],
  ['white space inside', '{ "a" :\n\t[ 1 , 2 ]\r\n}'],
  ['escapes as they were written', '"\\u00e7\\/\\ud800\\u0000"'],
  ['brackets and quotes in strings', '{"a":"}]\\",\\"data\\":1","\\\\":"\\\\"}'],
  ['names that mean something to JavaScript', '{"__proto__":{},"constructor":{"prototype":{}}}'],
  ['letters of several bytes', '{"nome":"AÇÃO 🧾"}'],
  ['a scalar', 'true'],
  ['an empty string', '""'],
])('keeps the text of data: %s', (_name, text) => {
  for (const body of [
    `{"data":${text}}`,
    `  {"key":"k","data": \n${text}\t , "headers":{}}`,
    `{"headers":{"data":"no"},"data":${text}}`,
    `{"d\\u0061ta":${text}}`,
  ]) {
    expect(read(body).value?.toString('utf8')).toBe(text);
  }
});

test('tells no key, no key and an empty key apart', () => {
  expect(read('{"data":1}').key).toBeNull();
  expect(read('{"data":1,"key":null}').key).toBeNull();
  expect(read('{"data":1,"key":""}').key).toEqual(Buffer.alloc(0));
});

test('takes null for a tombstone, which needs a key', () => {
  expect(read('{"data":null,"key":"k"}').value).toBeNull();
  expect(read('{"data":null,"key":""}').value).toBeNull();
  expect(codeOf('{"data":null}')).toBe('key_required');
});

test('nests to 1,000 and no deeper', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  expect(codeOf(`{"data":${nested(999)}}`)).toBeNull();
  expect(codeOf(`{"data":${nested(1_000)}}`)).toBe('json_too_deep');
  expect(codeOf(`{"data":${nested(100_000)}}`)).toBe('json_too_deep');
  expect(codeOf('['.repeat(100_000))).toBe('json_too_deep');
});

const long = (length: number): string => 'x'.repeat(length);
const many = (count: number): string =>
  Array.from({ length: count }, (_, at) => `"h${at}":"v"`).join(',');

test.each<[ProblemCode, string]>([
  ['empty_body', ''],
  ['invalid_json', '{"a":'],
  ['invalid_json', '{"data":NaN}'],
  ['invalid_json', "{'data':1}"],
  ['invalid_json', '{"data":1,}'],
  ['invalid_json', '{"data":1}//'],
  ['invalid_json', '\ufeff{"data":1}'],
  ['invalid_json', '{"data":01}'],
  ['invalid_json', '{"data":"\t"}'],
  ['invalid_body', '[]'],
  ['invalid_body', '1'],
  ['invalid_body', 'null'],
  ['invalid_body', '{}'],
  ['invalid_body', '{"data":1,"data":2}'],
  ['invalid_body', '{"data":1,"key":"a","k\\u0065y":"b"}'],
  ['unknown_parameter', '{"data":1,"acks":0}'],
  ['unknown_parameter', '{"data":1,"__proto__":{"key":"k"}}'],
  ['invalid_key', '{"data":1,"key":1}'],
  ['invalid_key', '{"data":1,"key":{}}'],
  ['invalid_key', '{"data":1,"key":"\\ud800"}'],
  ['invalid_key', `{"data":1,"key":"${long(4_097)}"}`],
  ['invalid_header', '{"data":1,"headers":[]}'],
  ['invalid_header', '{"data":1,"headers":"a"}'],
  ['invalid_header', '{"data":1,"headers":{"a":null}}'],
  ['invalid_header', '{"data":1,"headers":{"a":1}}'],
  ['invalid_header', '{"data":1,"headers":{"a":["b"]}}'],
  ['invalid_header', '{"data":1,"headers":{"":"a"}}'],
  ['invalid_header', '{"data":1,"headers":{"a\\r\\nb":"c"}}'],
  ['invalid_header', '{"data":1,"headers":{"a\\u0000":"c"}}'],
  ['invalid_header', '{"data":1,"headers":{"a":"\\udc00"}}'],
  ['invalid_header', `{"data":1,"headers":{"${long(257)}":"c"}}`],
  ['invalid_header', '{"data":1,"headers":{"Bridge-Replayed":"1"}}'],
  ['invalid_header', '{"data":1,"headers":{"message-id":"x"}}'],
  ['invalid_header', '{"data":1,"headers":{"Source":"x"}}'],
  ['invalid_header', '{"data":1,"headers":{"content-type":"x"}}'],
  ['invalid_header', '{"data":1,"headers":{"a":"1","a":"2"}}'],
  ['too_many_headers', `{"data":1,"headers":{${many(65)}}}`],
  ['too_many_headers', `{"data":1,"headers":{"a":"${long(16_384)}"}}`],
  ['invalid_partition', '{"data":1,"partition":-1}'],
  ['invalid_partition', '{"data":1,"partition":1.5}'],
  ['invalid_partition', '{"data":1,"partition":"1"}'],
  ['invalid_partition', '{"data":1,"partition":2147483648}'],
  ['invalid_partition', '{"data":1,"partition":1e400}'],
  ['invalid_timestamp', '{"data":1,"timestamp":"abc"}'],
  ['invalid_timestamp', '{"data":1,"timestamp":-5}'],
  ['invalid_timestamp', '{"data":1,"timestamp":1.5}'],
  ['invalid_timestamp', '{"data":1,"timestamp":1e18}'],
  ['invalid_timestamp', `{"data":1,"timestamp":${NOW + 2 * 366 * 86_400_000}}`],
  ['invalid_message_id', '{"data":1,"message_id":5}'],
])('answers %s to %s', (code, text) => {
  expect(codeOf(text)).toBe(code);
});

test('takes what is exactly at the limits', () => {
  expect(codeOf(`{"data":1,"key":"${long(4_096)}"}`)).toBeNull();
  expect(codeOf(`{"data":1,"headers":{${many(64)}}}`)).toBeNull();
  expect(codeOf(`{"data":1,"headers":{"${long(256)}":"c"}}`)).toBeNull();
  expect(codeOf('{"data":1,"partition":2147483647,"timestamp":0}')).toBeNull();
});

test('never quotes the body in a refusal', () => {
  for (const text of [
    '{"data":"segredo"',
    '{"segredo":1}\u0000',
    '{"se\\ngredo segredo":1,"data":1}',
  ]) {
    expect(() => read(text)).not.toThrow(/segredo/);
  }
});

describe('a list', () => {
  it('holds each record with its own value, byte for byte', () => {
    const list = readAll(
      '{"records":[ {"data":10.00,"key":"a"} ,{"data":{"b": 1},"message_id":"m"}]}',
    );
    expect(list.many).toBe(true);
    expect(
      list.envelopes.map(({ value, key, messageId }) => [
        value?.toString(),
        key?.toString(),
        messageId,
      ]),
    ).toEqual([
      ['10.00', 'a', null],
      ['{"b": 1}', undefined, 'm'],
    ]);
  });

  it.each([
    ['{"records":[]}', 'empty_batch', undefined],
    ['{"records":{}}', 'invalid_body', undefined],
    ['{"records":[{"data":1}],"key":"k"}', 'invalid_body', undefined],
    ['{"records":[{"data":1},{"data":2},{"data":3},{"data":4}]}', 'batch_too_large', undefined],
    ['{"records":[{"data":1},{"key":"k"}]}', 'invalid_body', 1],
    ['{"records":[{"data":1},null]}', 'invalid_body', 1],
    ['{"records":[{"data":1},{"data":1,"data":2}]}', 'invalid_body', 1],
    ['{"records":[{"data":1,"acks":0}]}', 'unknown_parameter', 0],
    ['{"records":[{"data":1},{"data":2},{"data":3,"partition":-1}]}', 'invalid_partition', 2],
    ['{"records":[{"records":[]}]}', 'unknown_parameter', 0],
  ])('%s is %s', (text, code, recordIndex) => {
    expect(() => readAll(text)).toThrow(expect.objectContaining({ code, recordIndex }));
  });
});
