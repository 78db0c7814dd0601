import { JsonObjects } from './json-objects.js';

const cut = (objects: JsonObjects, text: string): string[] =>
  [...objects.of(Buffer.from(text))].map(String);

const TEXTS = ['{}', '{"a":{"b":[{},"}"]}}', '{"a":"\\\\\\"}{"}', '{"a":"\u00e9\ud83d\ude00"}'];

test('cuts objects wherever the pieces end', () => {
  const stream = TEXTS.join('') + TEXTS.join('\n');
  const bytes = Buffer.from(stream);
  for (let size = 1; size <= bytes.length; size++) {
    const objects = new JsonObjects(1_000);
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      for (const object of objects.of(bytes.subarray(at, at + size))) found.push(object.toString());
    }
    objects.end();
    expect(found).toEqual([...TEXTS, ...TEXTS]);
    expect(objects.pending).toBe(0);
  }
});

test('says how much of an object it holds', () => {
  const objects = new JsonObjects(100);
  expect(cut(objects, '{} \n{"a":')).toEqual(['{}']);
  expect(objects.pending).toBe(5);
  expect(() => objects.end()).toThrow(/invalid_json/);
});

test.each(['1', '[', '"', ',', '}', '{}x', '\u00a0'])('%s is no object', (text) => {
  expect(() => cut(new JsonObjects(100), text)).toThrow(/invalid_json/);
});

test('refuses an object above the limit, in one piece or in several', () => {
  const text = `{"a":"${'x'.repeat(20)}"}`;
  expect(cut(new JsonObjects(text.length), text)).toEqual([text]);
  expect(() => cut(new JsonObjects(text.length - 1), text)).toThrow(/payload_too_large/);
  const objects = new JsonObjects(text.length - 1);
  cut(objects, text.slice(0, 10));
  expect(() => cut(objects, text.slice(10))).toThrow(/payload_too_large/);
});
