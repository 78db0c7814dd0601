/** A fenced block, as it stands in a page. */
export interface Block {
  /** What stands behind the fence; empty where nothing does. */
  readonly language: string;
  /** The line of the page that its first line is, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

export interface Located {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** What a Markdown page holds, for checks that must not be misled by what stands in its blocks. */
export interface Page {
  readonly path: string;
  readonly blocks: readonly Block[];
  /** The lines outside of blocks; inside of them empty, so that numbers of lines stay. */
  readonly prose: readonly string[];
  readonly anchors: ReadonlySet<string>;
  /** Targets of links, without those to other sites. */
  readonly links: readonly Located[];
  /** What stands in code marks within the prose. */
  readonly inline: readonly Located[];
}

const FENCE = /^\s*```(\w*)/;
const CODE = /(`+)(.+?)\1/g;
const LINK = /\]\(([^()\s]+)\)/g;
const ELSEWHERE = /^(?:[a-z]+:)/i;

export function readPage(path: string, text: string): Page {
  const { blocks, prose } = split(text.split('\n'));
  const located = (of: (line: string) => readonly string[]): readonly Located[] =>
    prose.flatMap((line, at) => of(line).map((found) => ({ text: found, line: at + 1 })));
  return {
    path,
    blocks,
    prose,
    anchors: new Set(anchorsOf(prose)),
    links: located((line) => all(line.replaceAll(CODE, 'x'), LINK, 1)).filter(
      ({ text: target }) => !ELSEWHERE.test(target),
    ),
    inline: located((line) => all(line, CODE, 2)),
  };
}

function split(lines: readonly string[]): Pick<Page, 'blocks' | 'prose'> {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | null =
    null;
  for (const [at, line] of lines.entries()) {
    const fence = FENCE.exec(line);
    prose.push(open === null && fence === null ? line : '');
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { language: fence[1] ?? '', line: at + 2, lines: [] };
    else {
      blocks.push(open);
      open = null;
    }
  }
  return { blocks, prose };
}

/**
 * GitHub's names for headings: the text without marks, in lower case, of which letters (also those with accents),
 * digits, `_`, `-` and spaces stay, the spaces as `-`; one that was there already gets `-1`, `-2`, ….
 */
function anchorsOf(prose: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return prose.flatMap((line) => {
    const heading = /^#{1,6} (.+?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) return [];
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return [times === 0 ? name : `${name}-${times}`];
  });
}

function all(text: string, pattern: RegExp, group: number): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[group] ?? '');
}
