import { readRawEnvelope, refuseRecordHeaders } from './raw-envelope.js';

const NOW = Date.UTC(2025, 9, 21);
const BODY = Buffer.from([0, 255, 13, 10]);
const read = (...rawHeaders: string[]) =>
  readRawEnvelope(BODY, 'application/octet-stream', rawHeaders, NOW);
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

test('the body is the value, and the rest stands in headers', () => {
  const headers = ['Record-Key', 'NF-1', 'RECORD-HEADER-Empresa', '99', 'Record-Partition', '2'];
  expect(read(...headers, 'Record-Timestamp', '1761043800000', 'Accept', '*/*')).toEqual({
    key: Buffer.from('NF-1'),
    value: BODY,
    headers: [{ name: 'empresa', value: Buffer.from('99') }],
    messageId: null,
    partition: 2,
    timestamp: 1_761_043_800_000,
    contentType: 'application/octet-stream',
    span: null,
  });
});

test('a value is UTF-8 where it can be, else windows-1252', () => {
  expect(read('Record-Key', latin1(Buffer.from('ação'))).key?.toString()).toBe('ação');
  expect(read('Record-Key', latin1(Buffer.from([0x61, 0xe7, 0xe3, 0x6f]))).key?.toString()).toBe(
    'ação',
  );
});

test('an empty key is a key', () => {
  expect(read('Record-Key', '').key).toEqual(Buffer.alloc(0));
  expect(read().key).toBeNull();
});

test.each([
  ['duplicate_header', ['Record-Key', 'a', 'record-key', 'b']],
  ['duplicate_header', ['Record-Header-a', '1', 'record-header-A', '2']],
  ['unknown_parameter', ['Record-Acks', '0']],
  ['invalid_partition', ['Record-Partition', '-1']],
  ['invalid_partition', ['Record-Partition', '']],
  ['invalid_timestamp', ['Record-Timestamp', '1e18']],
  ['invalid_header', ['Record-Header-', 'x']],
  ['invalid_header', ['Record-Header-Message-Id', 'x']],
])('%s for %j', (code, rawHeaders) => {
  expect(() => read(...rawHeaders)).toThrow(expect.objectContaining({ code }));
});

test('an empty body is refused', () => {
  expect(() => readRawEnvelope(Buffer.alloc(0), 'text/xml', [], NOW)).toThrow('empty_body');
});

test('beside a JSON body they are refused', () => {
  expect(() => refuseRecordHeaders(['Record-Key', 'a'])).toThrow('unknown_parameter');
  expect(() => refuseRecordHeaders(['Content-Type', 'application/json'])).not.toThrow();
});
