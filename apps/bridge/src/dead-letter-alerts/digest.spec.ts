import { Digest } from './digest.js';

const letter = (offset: bigint, topic = 'nf', code = 'unknown_topic', partition = 0) => ({
  partition,
  offset,
  topic,
  code,
});

test('letters are counted by topic and code, the most frequent first', () => {
  const digest = new Digest();
  expect(digest.isEmpty).toBe(true);
  digest.add(letter(0n, 'pedidos', 'message_too_large'));
  digest.add(letter(1n));
  digest.add(letter(2n));
  expect(digest.text()).toBe(
    '3 new dead letters (nf unknown_topic: 2, pedidos message_too_large: 1)',
  );
  expect(digest.isEmpty).toBe(false);
});

test('a letter that is read again counts once, and what was read is known by partition', () => {
  const digest = new Digest();
  for (const offset of [4n, 5n, 4n, 5n, 6n]) digest.add(letter(offset));
  digest.add(letter(0n, 'nf', 'unknown_topic', 2));
  expect(digest.text()).toBe('4 new dead letters (nf unknown_topic: 4)');
  expect(digest.positions()).toEqual([
    { partition: 0, offset: '7' },
    { partition: 2, offset: '1' },
  ]);
});

test('what is no name of a topic or code is not quoted', () => {
  const digest = new Digest();
  digest.add(letter(0n, '<!channel> 529.982.247-25', 'a b'));
  expect(digest.text()).toBe('1 new dead letters (unknown unknown: 1)');
});

test('many kinds are told shortly, and kept within bounds', () => {
  const digest = new Digest();
  for (let at = 0; at < 1_500; at++) digest.add(letter(BigInt(at), `topic-${at}`));
  expect(digest.text()).toMatch(/^1500 new dead letters \(others: 500, topic-0 unknown_topic: 1,/);
  expect(digest.text()).toMatch(/, and 991 kinds more\)$/);
});

test('what could not be told is told with what came after it', () => {
  const digest = new Digest();
  digest.add(letter(0n));
  const later = new Digest();
  later.add(letter(1n));
  later.add(letter(0n, 'pedidos', 'unknown_topic', 1));
  digest.absorb(later);
  expect(digest.text()).toBe('3 new dead letters (nf unknown_topic: 2, pedidos unknown_topic: 1)');
  expect(digest.positions()).toEqual([
    { partition: 0, offset: '2' },
    { partition: 1, offset: '1' },
  ]);
});
