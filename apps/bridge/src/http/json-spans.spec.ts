import {
  elementsOf,
  membersOf,
  nesting,
  stringAt,
  textAt,
  wholeOf,
  type Span,
} from './json-spans.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** A small repeatable source of chance. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const SCALARS = [
  '1',
  '-0',
  '10.00',
  '1e400',
  '"a"',
  '"\\""',
  '"\\\\"',
  '"{[,:]}"',
  '"ção"',
  'null',
];
const SPACES = ['', ' ', '\n\t', '  \r\n'];

/** A JSON text with its nesting. */
function document(roll: (sides: number) => number, depth: number): readonly [string, number] {
  const space = (): string => SPACES[roll(SPACES.length)] as string;
  const kind = depth === 0 ? 0 : roll(3);
  if (kind === 0) return [SCALARS[roll(SCALARS.length)] as string, 0];
  const parts = Array.from({ length: roll(4) }, () => document(roll, depth - 1));
  const texts = parts.map(([text], at) =>
    kind === 1 ? text : `"k${at}\\"${roll(9)}"${space()}:${space()}${text}`,
  );
  const body = texts.join(`${space()},${space()}`);
  const [open, close] = kind === 1 ? '[]' : '{}';
  return [
    `${open}${space()}${body}${space()}${close}`,
    1 + Math.max(0, ...parts.map(([, deep]) => deep)),
  ];
}

/** The parts of an object or array, as this module finds them. */
function found(raw: Buffer): readonly unknown[] {
  const whole = wholeOf(raw);
  const valueAt = (span: Span): unknown => JSON.parse(textAt(raw, span));
  if (raw[whole.start] === 0x5b) return elementsOf(raw, whole).map(valueAt);
  if (raw[whole.start] !== 0x7b) return [];
  return membersOf(raw, whole).map(({ name, value }) => [stringAt(raw, name), valueAt(value)]);
}

/** The same, as JSON.parse finds them. */
function expected(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

test('finds the parts of 2,000 documents as JSON.parse sees them', () => {
  const roll = dice(7);
  for (let run = 0; run < 2_000; run++) {
    const [text, deep] = document(roll, 4);
    const raw = bytes(` ${text}\n`);
    expect(nesting(raw)).toBe(deep);
    expect(textAt(raw, wholeOf(raw))).toBe(text);
    expect(found(raw)).toEqual(expected(JSON.parse(text)));
  }
});

test('counts 100,000 levels without running out of stack', () => {
  expect(nesting(bytes('['.repeat(100_000)))).toBe(100_000);
});

test('does not count brackets in strings, whatever is escaped', () => {
  expect(nesting(bytes('{"a":"[[[\\"[[","b\\\\":[1]}'))).toBe(2);
});

test('ends on text that ends too early', () => {
  for (const text of ['"', '"\\', '{"a', '[', '{"a":"\\u'])
    expect(nesting(bytes(text))).toBeLessThan(2);
});
