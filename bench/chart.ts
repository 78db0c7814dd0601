import { linearAxis, logAxis, type Axis } from './axis.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Lines over one pair of axes. */
export interface Panel {
  readonly title: string;
  /** At most as many as there are colours, each with the same name and place in every panel. */
  readonly lines: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

export interface Labels {
  readonly x: string;
  readonly y: string;
}

const WIDTH = 300;
const HEIGHT = 220;
const MARGIN = { left: 62, right: 22, top: 34, bottom: 74 };
const COLOURS = ['#1b6ca8', '#d1731a', '#a3263c'];
const PANEL_WIDTH = MARGIN.left + WIDTH + MARGIN.right;
const PANEL_HEIGHT = MARGIN.top + HEIGHT + MARGIN.bottom;

/** Panels side by side as SVG, x from nothing on, y in decades and the same in all. Points that are no number are left out. */
export function chart(panels: readonly Panel[], labels: Labels): string {
  const values = panels.flatMap(({ lines }) =>
    lines.flatMap(({ points }) => points.filter(isDrawn).map(({ y }) => y)),
  );
  const y = logAxis(values.length === 0 ? [1] : values, HEIGHT);
  const drawn = panels.map(
    (panel, index) =>
      `<g transform="translate(${index * PANEL_WIDTH + MARGIN.left} ${MARGIN.top})">\n${drawPanel(panel, y, labels)}\n</g>`,
  );
  const width = panels.length * PANEL_WIDTH;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${PANEL_HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${PANEL_HEIGHT}" fill="#fff"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, lines }: Panel, y: Axis, labels: Labels): string {
  const drawn = lines.map(({ points }) => points.filter(isDrawn));
  const x = linearAxis(Math.max(0, ...drawn.flat().map((point) => point.x)), WIDTH);
  const place = (point: Point): string => `${px(x.position(point.x))},${up(y, point.y)}`;
  return [
    text(WIDTH / 2, -14, title, 'text-anchor="middle" font-weight="bold"'),
    ...y.ticks.flatMap((tick) => [
      `<path d="M0 ${up(y, tick)}H${WIDTH}" stroke="#ddd"/>`,
      text(-6, Number(up(y, tick)) + 4, String(tick), 'text-anchor="end"'),
    ]),
    ...x.ticks.map((tick) =>
      text(x.position(tick), HEIGHT + 16, tick.toLocaleString('en-GB'), 'text-anchor="middle"'),
    ),
    `<path d="M0 0V${HEIGHT}H${WIDTH}" fill="none" stroke="#444"/>`,
    ...drawn.flatMap((points, index) => drawLine(points.map(place), colour(index))),
    text(WIDTH / 2, HEIGHT + 36, labels.x, 'text-anchor="middle"'),
    text(
      0,
      0,
      labels.y,
      `text-anchor="middle" transform="translate(-46 ${HEIGHT / 2}) rotate(-90)"`,
    ),
    ...lines.map(({ name }, index) =>
      text(index * 80, HEIGHT + 58, name, `fill="${colour(index)}"`),
    ),
  ].join('\n');
}

function drawLine(places: readonly string[], stroke: string): string[] {
  return [
    `<polyline points="${places.join(' ')}" fill="none" stroke="${stroke}" stroke-width="1.5"/>`,
    ...places.map((place) => {
      const [cx = '', cy = ''] = place.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${stroke}"/>`;
    }),
  ];
}

function isDrawn({ x, y }: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && y > 0;
}

function colour(index: number): string {
  return COLOURS[index] ?? '#444';
}

function up(axis: Axis, value: number): string {
  return px(HEIGHT - axis.position(value));
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}

function text(x: number, y: number, words: string, attributes: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escaped}</text>`;
}
