import type { Block, Page } from './markdown.js';

/** One command as somebody types it: its words without quotes, and the text that a shell would take. */
export interface Command {
  readonly text: string;
  readonly words: readonly string[];
  readonly page: string;
  readonly line: number;
}

/** How a command begins where a block is not marked as shell: everything else there is what a command has printed. */
const TYPED = /^(?:curl|npm|node|docker|openssl|echo|sqlite3|prometheus|promtool|[A-Z_]+=\S+ npm) /;
const PROMPT = /^\s*[$#] /;
/** In such a block, what a column of explanations is divided by. */
const COLUMN = /\s{3,}(?!#).*$/;

/** Every command in the blocks of a page. Blocks of `ini` and of other languages have none. */
export function commandsOf(page: Page): readonly Command[] {
  return page.blocks.flatMap((block) => {
    if (block.language === 'sh') return joined(block.lines, page, block, (line) => line);
    return block.language === '' || block.language === 'console' ? shownIn(page, block) : [];
  });
}

function shownIn(page: Page, block: Block): readonly Command[] {
  const prompted = block.lines.some((line) => PROMPT.test(line));
  const typed = (line: string): string => {
    if (prompted) return PROMPT.test(line) ? line.replace(PROMPT, '') : '';
    return TYPED.test(line) ? line.replace(COLUMN, '') : '';
  };
  return joined(block.lines, page, block, typed);
}

/** Puts together what ends with a backslash or within quotes. */
function joined(
  lines: readonly string[],
  page: Page,
  block: Block,
  typed: (line: string) => string,
): readonly Command[] {
  const found: Command[] = [];
  let text = '';
  let from = 0;
  for (const [at, raw] of lines.entries()) {
    if (text === '') from = at;
    text += text === '' ? typed(raw) : `\n${raw}`;
    if (text.endsWith('\\') || isOpen(text)) continue;
    const words = wordsOf(text);
    if (words.length > 0) found.push({ text, words, page: page.path, line: block.line + from });
    text = '';
  }
  if (text !== '') throw new Error(`${page.path}:${block.line + from} does not end: ${text}`);
  return found;
}

const TOKEN = /(?<comment>(?<=^|\s)#[^\n]*)|\\\n|\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|[^\s'"]/gsu;

function isOpen(text: string): boolean {
  const bare = text.replaceAll(TOKEN, (token) => (/^['"]./s.test(token) ? '' : token));
  return /['"]/.test(bare.replaceAll(/(?<=^|\s)#[^\n]*/g, ''));
}

/** The words of a command; comments are none. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const match of text.matchAll(TOKEN)) {
    const [token, , single, double] = match;
    if (/^(?:\s|\\\n)/.test(token)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (match.groups?.['comment'] === undefined) {
      word = (word ?? '') + (single ?? double ?? token);
    }
  }
  if (word !== null) words.push(word);
  return words;
}
