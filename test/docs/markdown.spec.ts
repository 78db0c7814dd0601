import { readPage } from './markdown.js';

const page = readPage(
  'x.md',
  [
    '# Códigos de saída',
    '## LEDGER_AHEAD',
    '## `GET /health`, e *depois*?',
    '## A [ponte](x.md) – já',
    '## LEDGER_AHEAD',
    'See [a](b.md#c) and [`d`](#e), not `[f](g.md)` nor [h](https://i.example).',
    '```sh',
    '# no heading',
    'ls [j](k.md) `l`',
    '```',
    'then `m`',
  ].join('\n'),
);

test('headings have the names that GitHub gives them', () => {
  expect([...page.anchors]).toEqual([
    'códigos-de-saída',
    'ledger_ahead',
    'get-health-e-depois',
    'a-ponte--já',
    'ledger_ahead-1',
  ]);
});

test('links are those of the prose that lead into the project', () => {
  expect(page.links).toEqual([
    { text: 'x.md', line: 4 },
    { text: 'b.md#c', line: 6 },
    { text: '#e', line: 6 },
  ]);
});

test('blocks are no prose, and know their line', () => {
  expect(page.blocks).toEqual([
    { language: 'sh', line: 8, lines: ['# no heading', 'ls [j](k.md) `l`'] },
  ]);
  expect(page.inline.at(-1)).toEqual({ text: 'm', line: 11 });
});
