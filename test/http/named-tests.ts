import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';

const FILE = /^[\w./-]+\.ts$/;
const FROM_THE_ROOT = /^(?:apps|libs|dev)\//;

export interface NamedTest {
  /** Within `test`, or from the project's root. */
  readonly file: string;
  readonly title: string;
  readonly cases: readonly string[];
}

/** Every file that a text names, with the code spans that follow it: the title, then cases. */
export function testsIn(text: string): readonly NamedTest[] {
  const spans = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
  const found: { file: string; texts: string[] }[] = [];
  for (const span of spans) {
    if (FILE.test(span)) found.push({ file: span, texts: [] });
    else found.at(-1)?.texts.push(span);
  }
  return found.map(({ file, texts: [title = '', ...cases] }) => ({ file, title, cases }));
}

/** What a named test lacks, or null. */
export async function faultOf({ file, title, cases }: NamedTest): Promise<string | null> {
  const path = FROM_THE_ROOT.test(file) ? file : join('test', file);
  const source = await readFile(join(PROJECT_ROOT, path), 'utf8').catch(() => null);
  if (source === null) return `${file} is not there`;
  if (!hasTest(source, title)) return `${file} has no test "${title}"`;
  const lost = cases.find((text) => !source.includes(text));
  return lost === undefined ? null : `${file} has no case ${lost}`;
}

/** Whether the source has a test with this title, also one with a table of cases. */
function hasTest(source: string, title: string): boolean {
  const joined = source.replaceAll(/\(\s+/g, '(');
  return ["'", '"', '`'].some((quote) => joined.includes(`(${quote}${title}${quote},`));
}
