import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { allPages } from './pages.js';

const pages = await allPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

/** What is said of a path of the project in prose or code; a `*` or `…` in it is no path. */
const NAMED =
  /(?<![\w./:@-])(?:advpl|apps|bench|deploy|dev|docs|libs|test)\/[\w./-]*\w(?![\w/]*[*<…{])/g;

/** A stand-in for a number and a title: `docs/adr/NNNN-title.md`. */
const STAND_IN = /\bNNNN-/;

/** A file, a folder, or the beginning of test files' names, as Jest takes it. A profile's names are without `src`. */
function isThere(name: string): boolean {
  const path = join(PROJECT_ROOT, name);
  if (existsSync(path) || STAND_IN.test(name)) return true;
  if (existsSync(join(PROJECT_ROOT, name.replace(/^((?:apps|libs)\/\w+)\//, '$1/src/'))))
    return true;
  return (
    name.startsWith('test/') &&
    existsSync(dirname(path)) &&
    readdirSync(dirname(path)).some((entry) => entry.startsWith(basename(path)))
  );
}

test('there are pages, with links', () => {
  expect(pages.length).toBeGreaterThan(40);
  expect(pages.flatMap(({ links }) => links).length).toBeGreaterThan(300);
});

test.each([...byPath.keys()])('each link of %s leads somewhere', (path) => {
  const page = byPath.get(path);
  const astray = page?.links.filter(({ text }) => {
    const [file = '', anchor] = decodeURIComponent(text).split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(PROJECT_ROOT, target))) return true;
    return anchor !== undefined && byPath.get(target)?.anchors.has(anchor) !== true;
  });
  expect(astray).toEqual([]);
});

test.each([...byPath.keys()])('each file that %s names is there', (path) => {
  const page = byPath.get(path);
  const lines = [
    ...(page?.prose ?? []),
    ...(page?.blocks.flatMap(({ lines: inBlock }) => inBlock) ?? []),
  ];
  const named = lines.flatMap((line) => [...line.matchAll(NAMED)].map(([found]) => found));
  const missing = named.filter((name) => !isThere(name));
  expect(missing).toEqual([]);
});
