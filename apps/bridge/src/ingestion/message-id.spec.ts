import { ProblemError } from '../problem/index.js';
import { givenMessageId, madeMessageId, pointedMessageId } from './message-id.js';

const NONE = { header: null, field: null, pointed: null };

test('takes the header before the field before the pointer', () => {
  expect(givenMessageId({ ...NONE, header: 'h', pointed: 'p' })).toBe('h');
  expect(givenMessageId({ ...NONE, field: 'f', pointed: 'p' })).toBe('f');
  expect(givenMessageId({ ...NONE, pointed: 'p' })).toBe('p');
  expect(givenMessageId(NONE)).toBeNull();
  expect(givenMessageId({ ...NONE, header: 'same', field: 'same' })).toBe('same');
});

test('refuses a header and a field that differ', () => {
  expect(() => givenMessageId({ ...NONE, header: 'a', field: 'b' })).toThrow('message_id_conflict');
});

test.each(['', 'x'.repeat(256), 'a\nb', 'ação', '\u0000', 'a\u007f'])('refuses %j', (id) => {
  expect(() => givenMessageId({ ...NONE, field: id })).toThrow('invalid_message_id');
});

test.each(['x', 'x'.repeat(255), 'nf-99 01/000001:~'])('takes %j', (id) => {
  expect(givenMessageId({ ...NONE, field: id })).toBe(id);
});

test('makes an id that fits, however long the topic is', () => {
  expect(madeMessageId('nf', 1_761_043_800_000, 'abcd')).toBe('nf-1761043800000-abcd');
  const made = madeMessageId('t'.repeat(249), 1_761_043_800_000, 'f'.repeat(16));
  expect(givenMessageId({ ...NONE, field: made })).toBe(made);
});

describe('at a pointer', () => {
  const at = (text: string, ...pointer: string[]): string | null =>
    pointedMessageId(Buffer.from(text), { start: 0, end: text.length }, pointer);
  const KEY = '35200714200166000187550010000000015123456789';

  test.each<[string, string, string[], string | null]>([
    ['a string', `{"data":{"chave":"${KEY}"}}`, ['data', 'chave'], KEY],
    ['a number keeps its 44 digits', `{"data":{"chave": ${KEY} }}`, ['data', 'chave'], KEY],
    ['a number keeps its zeros', '{"data":10.00}', ['data'], '10.00'],
    ['an element', '{"data":{"nf":["a","b"]}}', ['data', 'nf', '1'], 'b'],
    ['a name with escapes', '{"data":{"a/b~":"x"}}', ['data', 'a/b~'], 'x'],
    ['a name that is spelt otherwise', '{"data":{"ch\\u0061ve":"x"}}', ['data', 'chave'], 'x'],
    ['the last of two', '{"data":{"a":"x","a":"y"}}', ['data', 'a'], 'y'],
    ['nothing there', '{"data":{}}', ['data', 'a'], null],
    ['nothing below a scalar', '{"data":1}', ['data', 'a', 'b'], null],
    ['no such element', '{"data":[1]}', ['data', '1'], null],
    ['not an index', '{"data":[1]}', ['data', '00'], null],
  ])('%s', (_name, text, pointer, id) => {
    expect(at(text, ...pointer)).toBe(id);
  });

  test.each(['null', 'true', '{}', '[]'])('refuses %s', (value) => {
    expect(() => at(`{"data":{"a":${value}}}`, 'data', 'a')).toThrow(ProblemError);
  });
});
