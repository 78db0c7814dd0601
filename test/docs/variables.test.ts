import { TOPIC_VARIABLES, Variables } from '../../apps/bridge/src/config/variables.js';
import { PROBLEMS } from '../../apps/bridge/src/problem/index.js';
import type { Located, Page } from './markdown.js';
import { allPages } from './pages.js';

const KNOWN = new Set(Object.keys(new Variables()));
/** Whoever begins like one of ours is taken for one of ours. */
const FIRST_WORDS = new Set([...KNOWN].map((name) => name.split('_')[0]));
/** Of other programs: of Node, the simulation, shells, the compose file; and what a certificate is named by. */
const OTHERS = new Set(
  [
    'NODE_EXTRA_CA_CERTS NODE_OPTIONS SCENARIOS SEED',
    'ALLOW ID KAFKA KEY KAFKA_CLUSTER_ID PROMETHEUS_URL',
    'DNS SHA256 URI',
  ].flatMap((names) => names.split(' ')),
);

const pages = await allPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

function isKnown(name: string): boolean {
  const bare = name.replace(/_FILE$/, '');
  const ofTopic = TOPIC_VARIABLES.some((prefix) => name.startsWith(prefix));
  return KNOWN.has(bare) || ofTopic || OTHERS.has(name);
}

/** Names that are given a value: in blocks, and in sentences. */
function given({ blocks, inline }: Page): readonly Located[] {
  const lines = blocks
    .filter(({ language }) => ['', 'sh', 'ini', 'console'].includes(language))
    .flatMap(({ lines: all, line }) => all.map((text, at) => ({ text, line: line + at })));
  return [...lines, ...inline].flatMap(({ text, line }) =>
    [...text.matchAll(/(?:^|echo |\s)([A-Z][A-Z0-9_]{2,})=/g)].map(([, name = '']) => ({
      text: name,
      line,
    })),
  );
}

/** Names of secrets' files, and names in code marks that look like one of ours. */
function named({ blocks, inline }: Page): readonly Located[] {
  const files = [...blocks.flatMap(({ lines }) => lines), ...inline.map(({ text }) => text)]
    .flatMap((text) => [...text.matchAll(/\/etc\/ponte\/credentials\/(\w+)/g)])
    .map(([, name = '']) => ({ text: name, line: 0 }));
  const alike = inline.filter(
    ({ text }) =>
      /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text) &&
      FIRST_WORDS.has(text.split('_')[0] ?? '') &&
      !(text in PROBLEMS),
  );
  return [...files, ...alike];
}

test('variables are given values in the pages', () => {
  expect(pages.flatMap(given).length).toBeGreaterThan(40);
});

test.each([...byPath.keys()])('each variable of %s is one of the bridge', (path) => {
  const page = byPath.get(path);
  const all = page === undefined ? [] : [...given(page), ...named(page)];
  expect(all.filter(({ text }) => !isKnown(text))).toEqual([]);
});
