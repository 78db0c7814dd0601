import { gzipSync } from 'node:zlib';
import { codingOf, unpack } from './content-coding.js';

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['Identity', 'identity'],
  ['gzip', 'gzip'],
  [' GZIP ', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br', null],
  ['deflate', null],
  ['gzip, gzip', null],
])('%p is %p', (header, coding) => {
  expect(codingOf(header)).toBe(coding);
});

test('unpacks up to the limit, also what comes in several parts', async () => {
  const text = Buffer.from('x'.repeat(1_000));
  expect(await unpack(gzipSync(text), 1_000)).toEqual(text);
  const parts = Buffer.concat([gzipSync(text.subarray(0, 400)), gzipSync(text.subarray(400))]);
  expect(await unpack(parts, 1_000)).toEqual(text);
});

test('refuses what is larger, also a gigabyte in a megabyte', async () => {
  const bomb = gzipSync(Buffer.alloc(2 ** 24));
  for (const packed of [gzipSync('x'.repeat(1_001)), Buffer.concat(Array(64).fill(bomb))]) {
    await expect(unpack(packed, 1_000)).rejects.toMatchObject({ code: 'payload_too_large' });
  }
});

const whole = gzipSync('{"data":1}');
const changed = Buffer.from(whole);
changed[changed.length - 5] = (changed.at(-5) ?? 0) ^ 0xff;

test.each([
  ['plain bytes', Buffer.from('{"data":1}')],
  ['a stream that ends early', whole.subarray(0, -1)],
  ['only its head', whole.subarray(0, 10)],
  ['a wrong sum', changed],
  ['garbage after it', Buffer.concat([whole, Buffer.from('more')])],
  ['zeros after it', Buffer.concat([whole, Buffer.alloc(3)])],
])('%s is no gzip', async (_name, packed) => {
  await expect(unpack(packed, 1_000)).rejects.toMatchObject({ code: 'bad_encoding' });
});
