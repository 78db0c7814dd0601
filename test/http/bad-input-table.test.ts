import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { PROBLEMS } from '../../apps/bridge/src/problem/index.js';
import { faultOf, testsIn } from './named-tests.js';

const ROWS = 105;

interface Row {
  readonly number: number;
  readonly answer: string;
  readonly test: string;
}

async function table(): Promise<Row[]> {
  const text = await readFile(join(PROJECT_ROOT, 'test/http/README.md'), 'utf8');
  const lines = text.split('\n').filter((line) => /^\| \d/.test(line));
  return lines.map((line) => {
    const [number = '', , answer = '', test = ''] = line.slice(2, -2).split(' | ');
    return { number: Number(number), answer, test };
  });
}

test('every row is there once, in order', async () => {
  const numbers = (await table()).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
});

test('every row names a test', async () => {
  const bare = (await table()).filter(({ test: text }) => testsIn(text).length === 0);
  expect(bare).toEqual([]);
});

test('every test that is named is there', async () => {
  const named = (await table()).flatMap(({ test: text }) => testsIn(text));
  const faults = await Promise.all(named.map(faultOf));
  expect(faults.filter((fault) => fault !== null)).toEqual([]);
});

test('every code has the status that the bridge answers it with', async () => {
  const pairs = (await table()).flatMap(({ answer }) => [...answer.matchAll(/(\d{3}) `(\w+)`/g)]);
  const wrong = pairs.filter(
    ([, status, code]) =>
      (PROBLEMS as Record<string, { status: number }>)[code ?? '']?.status !== Number(status),
  );
  expect(wrong.map(([text]) => text)).toEqual([]);
  expect(pairs.length).toBeGreaterThan(80);
});
