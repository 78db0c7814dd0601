import { expect, test } from '@jest/globals';
import { compareBooks, type Accepted } from './books.js';

const record = (messageId: string, topic = 'nf'): Accepted => ({
  topic,
  messageId,
  data: `{"id":"${messageId}"}`,
});
const ACCEPTED = [record('a'), record('b'), record('a', 'estoque')];
const NONE = new Set<string>();
const BALANCED = { lost: [], dead: [], doubled: [], changed: [], strange: [] };

test('the books balance when each record is there once, as it was posted', () => {
  expect(compareBooks(ACCEPTED, ACCEPTED.toReversed(), NONE)).toEqual(BALANCED);
});

test.each([
  ['lost', [record('a'), record('a', 'estoque')], ['nf b']],
  ['doubled', [...ACCEPTED, record('b')], ['nf b']],
  ['changed', [...ACCEPTED.slice(0, 2), { ...record('a', 'estoque'), data: '' }], ['estoque a']],
  ['strange', [...ACCEPTED, record('c')], ['nf c']],
])('what is %s is named', (kind, found, names) => {
  expect(compareBooks(ACCEPTED, found, NONE)).toEqual({ ...BALANCED, [kind]: names });
});

test('a record in another topic than its own is lost there and strange here', () => {
  const found = [...ACCEPTED.slice(0, 2), record('a', 'pedido')];
  expect(compareBooks(ACCEPTED, found, NONE)).toMatchObject({
    lost: ['estoque a'],
    strange: ['pedido a'],
  });
});

test('one that is missing and a dead letter is not lost, and not well either', () => {
  const found = [record('a'), record('a', 'estoque')];
  expect(compareBooks(ACCEPTED, found, new Set(['b', 'a']))).toEqual({
    ...BALANCED,
    dead: ['nf b'],
  });
});
