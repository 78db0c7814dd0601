import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { commandsIn } from '../../dev/server/transcript.js';
import { page } from './pages.js';
import { commandsOf } from './shell.js';

/*
 * docs/pt-BR says the same as the operator's English pages: what can be compared without reading either language, is.
 */

const FOLDER = 'docs/pt-BR';
/** The operator's set: what is there in English, and in Portuguese. */
const COUNTERPARTS: readonly (readonly [english: string, portuguese: string])[] = [
  ['install.md', 'instalar.md'],
  ['configuration.md', 'configurar.md'],
  ['operations.md', 'operar.md'],
  ['runbook.md', 'runbook.md'],
];

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');
const english = (name: string): Promise<string> => file(`docs/${name}`);
const portuguese = (name: string): Promise<string> => file(`${FOLDER}/${name}`);

/** The first cells of each row of a table, without code marks. */
const rows = (markdown: string, cells: number): readonly string[][] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, 1 + cells)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

const firstCells = (markdown: string): readonly string[] =>
  rows(markdown, 1).flatMap(([cell = '']) => cell.split(', '));

/** The part of a page below a heading, to the next one of that rank or above. */
function below(markdown: string, heading: string): string {
  const [, rest] = markdown.split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`There is no ${heading}`);
  const rank = /^#+/.exec(heading)?.[0].length ?? 0;
  return rest.split(new RegExp(`^#{1,${rank}} `, 'm'))[0] ?? '';
}

const blocks = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^```sh\n(.+?)^```$/gms)].map(([, text = '']) => text);

test.each(COUNTERPARTS)('%s leads to %s, which follows it', async (of, counterpart) => {
  expect(await english(of)).toContain(`[Em português](pt-BR/${counterpart})`);
  expect(await portuguese(counterpart)).toContain(`[docs/${of}](../${of})`);
});

test('each Portuguese page says at its end which English page it follows', async () => {
  const names = await readdir(join(PROJECT_ROOT, FOLDER));
  expect(names).toEqual(expect.arrayContaining(COUNTERPARTS.map(([, name]) => name)));
  for (const name of names) {
    const last = (await portuguese(name)).trimEnd().split('\n').at(-1);
    expect([name, last]).toEqual([
      name,
      expect.stringMatching(/^_Esta página acompanha \[.+\]\(\.\.\/.+\.md\).*\._$/),
    ]);
  }
});

test('the index leads to each page, and the README to the index', async () => {
  const index = await page(`${FOLDER}/README.md`);
  const names = (await readdir(join(PROJECT_ROOT, FOLDER))).filter((name) => name !== 'README.md');
  expect(index.links.map(({ text }) => text)).toEqual(expect.arrayContaining(names));
  expect(await file('README.md')).toContain(`](${FOLDER}/README.md)`);
});

test('configurar.md has every variable with its default, and no other', async () => {
  const [theirs, own] = [await english('configuration.md'), await portuguese('configurar.md')];
  const pairs = (markdown: string) =>
    rows(markdown, 2).filter(([name = '', value]) => /^[A-Z]/.test(name) && value !== undefined);
  const tables = pairs(own.slice(own.indexOf('\n## Onde ela escuta\n')));
  expect(pairs(theirs).length).toBeGreaterThan(60);
  expect(tables.toSorted()).toEqual(pairs(theirs).toSorted());
});

test('instalar.md has the commands of install.md', async () => {
  const typedIn = async (path: string) =>
    commandsOf(await page(path)).map(({ words }) => words.join(' '));
  const theirs = await typedIn('docs/install.md');
  expect(theirs.length).toBeGreaterThan(12);
  expect(await typedIn(`${FOLDER}/instalar.md`)).toEqual(expect.arrayContaining(theirs));
  const installed = commandsIn(await english('install.md'), 'install');
  for (const command of installed) expect(await portuguese('instalar.md')).toContain(command);
});

test.each([
  ['exit codes', /^\| (\d+) \|/gm],
  ['codes of a stop', /^### ([A-Z_]+)$/gm],
])('operar.md has the same %s as operations.md', async (_, pattern) => {
  const found = (markdown: string) => [...markdown.matchAll(pattern)].map(([, name]) => name);
  const theirs = found(await english('operations.md'));
  expect(theirs.length).toBeGreaterThan(2);
  expect(found(await portuguese('operar.md'))).toEqual(theirs);
});

test('operar.md has every code of Kafka', async () => {
  const theirs = firstCells(below(await english('errors.md'), '## Codes of Kafka'));
  const own = firstCells(below(await portuguese('operar.md'), '## Dead letters e replay'));
  expect(theirs.length).toBeGreaterThan(10);
  expect(own.toSorted()).toEqual(theirs.toSorted());
});

test('log lines and alerts that operar.md names are those of operations.md', async () => {
  const theirs = await english('operations.md');
  const own = await portuguese('operar.md');
  for (const heading of ['## Logs', '## Alertas']) {
    const named = firstCells(below(own, heading)).map(
      (name) => name.split('…').at(-1)?.trim() ?? '',
    );
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(theirs).toContain(name);
  }
});

describe('runbook.md', () => {
  const HEADING = /^## (Ponte\w+)$/gm;
  const headings = (markdown: string) => [...markdown.matchAll(HEADING)].map(([, name]) => name);

  test('has the same alerts, in the same order', async () => {
    const theirs = headings(await english('runbook.md'));
    expect(theirs.length).toBeGreaterThan(10);
    expect(headings(await portuguese('runbook.md'))).toEqual(theirs);
  });

  test('has the same commands in each section', async () => {
    const [theirs, own] = [await english('runbook.md'), await portuguese('runbook.md')];
    const first = (markdown: string) => blocks(markdown.split(/^## Ponte/m)[0] ?? '');
    expect(first(own)).toEqual(first(theirs));
    for (const name of headings(theirs)) {
      const heading = `## ${name}`;
      expect([name, blocks(below(own, heading))]).toEqual([name, blocks(below(theirs, heading))]);
    }
  });

  test('says in each section what it means, since when, what to look at and to do, and how it clears', async () => {
    for (const section of (await portuguese('runbook.md')).split(/^## (?=Ponte)/m).slice(1)) {
      const parts = [...section.matchAll(/^\*\*([^*]+?)\.?\*\*/gm)].map(([, part]) => part);
      expect(parts).toEqual([
        'O que significa',
        'Desde quando',
        'O que olhar',
        'O que fazer',
        'Some',
      ]);
    }
  });
});

test('the Portuguese pages name no English page where a Portuguese one is', async () => {
  const translated = new Map(COUNTERPARTS);
  for (const name of await readdir(join(PROJECT_ROOT, FOLDER))) {
    const { links, prose } = await page(`${FOLDER}/${name}`);
    const last = prose.findLastIndex((line) => line.startsWith('_Esta')) + 1;
    const bare = links.filter(({ text, line }) => line !== last && translated.has(basename(text)));
    expect([name, bare.filter(({ text }) => text.startsWith('../'))]).toEqual([name, []]);
  }
});
