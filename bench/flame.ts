import { isIdle, moduleOf, type CpuProfile } from './self-times.js';

const WIDTH = 1_200;
const ROW = 16;
const FONT = 10;
/** A letter's width, about. */
const LETTER = 6;
/** Narrower than this a box says nothing. */
const MIN_WIDTH = 2;
const MARGIN = 4;

/** One function where it was called from, with all that it called. */
interface Box {
  readonly name: string;
  readonly module: string;
  readonly time: number;
  readonly children: readonly Box[];
}

/**
 * A flame graph as SVG, who was called below who called: the width of a box is its share of the time in which the main
 * thread was busy. A browser shows the whole name of what the mouse points at.
 */
export function flame(profile: CpuProfile, title: string): string {
  const whole = whereTimeWent(profile);
  const drawn = draw(whole, whole.time, 0, 0);
  const height = (Math.max(0, ...drawn.map(({ depth }) => depth)) + 2) * ROW + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="${FONT}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN}" y="${ROW - MARGIN}" font-weight="bold">${escaped(title)}</text>`,
    ...drawn.map(({ svg }) => svg),
    '</svg>\n',
  ].join('\n');
}

function whereTimeWent({ nodes, samples, timeDeltas }: CpuProfile): Box {
  const own = new Map<number, number>();
  samples.forEach((id, at) => own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const boxOf = (id: number): Box => {
    const node = byId.get(id);
    const children = (node?.children ?? []).map(boxOf).filter(({ time }) => time > 0);
    const { functionName = '', url = '' } = node?.callFrame ?? {};
    const self = isIdle({ functionName, url }) ? 0 : (own.get(id) ?? 0);
    const time = children.reduce((sum, child) => sum + child.time, self);
    const name = functionName === '' ? '(anonymous)' : functionName;
    return { name, module: moduleOf(url, functionName), time, children };
  };
  const called = new Set(nodes.flatMap(({ children }) => children ?? []));
  const roots = nodes.filter(({ id }) => !called.has(id)).map(({ id }) => boxOf(id));
  const children = roots.flatMap((root) => (root.name === '(root)' ? root.children : [root]));
  const time = children.reduce((sum, child) => sum + child.time, 0);
  return { name: 'main thread, busy', module: 'Node', time, children };
}

interface Drawn {
  readonly depth: number;
  readonly svg: string;
}

function draw(box: Box, whole: number, left: number, depth: number): Drawn[] {
  const width = (box.time / whole) * WIDTH;
  if (!(width >= MIN_WIDTH)) return [];
  const y = (depth + 1) * ROW;
  const label = box.name.slice(0, Math.max(0, Math.floor((width - MARGIN) / LETTER)));
  const share = `${((box.time / whole) * 100).toFixed(1)} %`;
  const svg =
    `<g><title>${escaped(`${box.name} (${box.module}) ${share}`)}</title>` +
    `<rect x="${px(left)}" y="${y}" width="${px(width)}" height="${ROW - 1}" fill="${colourOf(box.module)}"/>` +
    `<text x="${px(left + 2)}" y="${y + ROW - MARGIN - 1}">${escaped(label)}</text></g>`;
  const drawn: Drawn[] = [{ depth, svg }];
  let x = left;
  for (const child of box.children.toSorted((a, b) => b.time - a.time)) {
    drawn.push(...draw(child, whole, x, depth + 1));
    x += (child.time / whole) * WIDTH;
  }
  return drawn;
}

/** Ponte's own code, what it stands on, and Node tell themselves apart. */
function colourOf(module: string): string {
  if (module.startsWith('Ponte')) return '#f2a65a';
  if (module.startsWith('node:') || module === 'Node') return '#b8d8ba';
  if (module.startsWith('(') || module.includes('native')) return '#d9d9d9';
  return '#9ec5e8';
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
