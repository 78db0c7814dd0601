import { allPages } from './pages.js';
import { faultOfLine } from './programs.js';
import { faultOfSentence } from './project-commands.js';
import { faultOfRequest } from './routes.js';
import { commandsOf, wordsOf } from './shell.js';

/*
 * What the pages tell somebody to type is real: scripts, commands and their options by the product's own parsers, calls by
 * docs/openapi.json. Those that can be run without harm are run by running.test.ts.
 */

const pages = await allPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

/** A command within a sentence. `npm run keys` may stand for all that it does. */
const OURS = /^(?:npm (?:run|ci|start|test)\b|ponte [a-z]+)/;
const OTHERS = /^(?:curl -\S+ '?http|docker compose -f|systemctl \w+ .|journalctl -)/;
const REQUEST = /^(GET|POST|PUT|PATCH|DELETE) (\/[^\s]*)$/;

test('there are commands to look at', () => {
  expect(pages.flatMap(commandsOf).length).toBeGreaterThan(150);
});

test.each([...byPath.keys()])('each command in the blocks of %s is real', (path) => {
  const page = byPath.get(path);
  const faults = (page === undefined ? [] : commandsOf(page)).flatMap(({ words, line, text }) => {
    const fault = faultOfLine(words);
    return fault === null ? [] : [`${path}:${line}: ${text}: ${fault}`];
  });
  expect(faults).toEqual([]);
});

test.each([...byPath.keys()])('each command in the sentences of %s is real', (path) => {
  const faults = (byPath.get(path)?.inline ?? [])
    .filter(({ text }) => OURS.test(text) || OTHERS.test(text))
    .flatMap(({ text, line }) => {
      const words = wordsOf(text);
      const fault = OURS.test(text) ? faultOfSentence(words) : faultOfLine(words);
      return fault === null ? [] : [`${path}:${line}: ${text}: ${fault}`];
    });
  expect(faults).toEqual([]);
});

test.each([...byPath.keys()])('each route that %s names is there', (path) => {
  const faults = (byPath.get(path)?.inline ?? []).flatMap(({ text, line }) => {
    const [, method = '', target = ''] = REQUEST.exec(text) ?? [];
    const fault = method === '' ? null : faultOfRequest(method, target);
    return fault === null ? [] : [`${path}:${line}: ${text}: ${fault}`];
  });
  expect(faults).toEqual([]);
});
