import { readPage } from './markdown.js';
import { commandsOf, wordsOf } from './shell.js';

const typedIn = (language: string, ...lines: string[]): string[] =>
  commandsOf(readPage('x.md', ['', `\`\`\`${language}`, ...lines, '```'].join('\n'))).map(
    ({ line, words }) => `${line}: ${words.join('|')}`,
  );

test('words are those of a shell', () => {
  expect(wordsOf(`curl -d '{"a": "b c"}' "x y"z  # why`)).toEqual([
    'curl',
    '-d',
    '{"a": "b c"}',
    'x yz',
  ]);
});

test('a command goes on behind a backslash and within quotes', () => {
  expect(typedIn('sh', 'a \\', '  b', '', '# only said', "c '1", "2'", 'd # e')).toEqual([
    '3: a|b',
    '7: c|1\n2',
    '9: d',
  ]);
});

test('of what is shown, only what was typed is a command', () => {
  expect(typedIn('', '$ npm test', 'npm ERR!', '$ ponte outbox check')).toEqual([
    '3: npm|test',
    '5: ponte|outbox|check',
  ]);
  expect(typedIn('', 'npm run bench   says how fast', 'rates: 1')).toEqual(['3: npm|run|bench']);
  expect(typedIn('json', 'npm test')).toEqual([]);
});
