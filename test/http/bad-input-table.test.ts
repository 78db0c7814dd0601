import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { PROBLEMS } from '../../apps/bridge/src/problem/index.js';

const ROWS = 105;
const LATER = 'with identities';
const FILE = /^[\w/-]+\.test\.ts$/;

interface Row {
  readonly number: number;
  readonly answer: string;
  readonly test: string;
}

interface NamedTest {
  readonly file: string;
  readonly title: string;
  readonly cases: readonly string[];
}

async function table(): Promise<Row[]> {
  const text = await readFile(join(PROJECT_ROOT, 'test/http/README.md'), 'utf8');
  const lines = text.split('\n').filter((line) => /^\| \d/.test(line));
  return lines.map((line) => {
    const [number = '', , answer = '', test = ''] = line.slice(2, -2).split(' | ');
    return { number: Number(number), answer, test };
  });
}

/** Every file that is named, with the code spans that follow it: the title, then cases. */
function testsOf({ test }: Row): NamedTest[] {
  const spans = [...test.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
  const found: { file: string; texts: string[] }[] = [];
  for (const span of spans) {
    if (FILE.test(span)) found.push({ file: span, texts: [] });
    else found.at(-1)?.texts.push(span);
  }
  return found.map(({ file, texts: [title = '', ...cases] }) => ({ file, title, cases }));
}

/** Whether the source has a test with this title, also one with a table of cases. */
function hasTest(source: string, title: string): boolean {
  const joined = source.replaceAll(/\(\s+/g, '(');
  return ["'", '"', '`'].some((quote) => joined.includes(`(${quote}${title}${quote},`));
}

/** What a named test lacks, or null. */
async function faultOf({ file, title, cases }: NamedTest): Promise<string | null> {
  const source = await readFile(join(PROJECT_ROOT, 'test', file), 'utf8').catch(() => null);
  if (source === null) return `${file} is not there`;
  if (!hasTest(source, title)) return `${file} has no test "${title}"`;
  const lost = cases.find((text) => !source.includes(text));
  return lost === undefined ? null : `${file} has no case ${lost}`;
}

test('every row is there once, in order', async () => {
  const numbers = (await table()).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
});

test('every row names a test, or is for later', async () => {
  const bare = (await table()).filter(
    (row) => testsOf(row).length === 0 && !row.test.endsWith(LATER),
  );
  expect(bare).toEqual([]);
});

test('every test that is named is there', async () => {
  const named = (await table()).flatMap(testsOf);
  const faults = await Promise.all(named.map(faultOf));
  expect(faults.filter((fault) => fault !== null)).toEqual([]);
});

test('every code has the status that the bridge answers it with', async () => {
  const now = (await table()).filter(({ test: text }) => text !== LATER);
  const pairs = now.flatMap(({ answer }) => [...answer.matchAll(/(\d{3}) `(\w+)`/g)]);
  const wrong = pairs.filter(
    ([, status, code]) =>
      (PROBLEMS as Record<string, { status: number }>)[code ?? '']?.status !== Number(status),
  );
  expect(wrong.map(([text]) => text)).toEqual([]);
  expect(pairs.length).toBeGreaterThan(80);
});
