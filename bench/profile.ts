import { join } from 'node:path';
import type { Report } from './context.js';
import { flame } from './flame.js';
import type { HttpJob } from './http-load.js';
import { accepting, delivering, waitUntilDrained } from './posting.js';
import { profileOf, profilerIn } from './profiled.js';
import { selfTimes, type SelfTimes, type Share } from './self-times.js';
import type { Mode, Stack } from './stack.js';

const CLIENTS = 128;
const LISTING_CLIENTS = 8;
const LIST = 100;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 5_000;
const TOP = 10;

interface Cell {
  readonly name: string;
  /** Of its flame graph. */
  readonly file: string;
  readonly mode: Mode;
  readonly job: (port: number, measureMs: number) => HttpJob;
}

const CELLS: readonly Cell[] = [
  {
    name: `${CLIENTS} clients, exactly once, delivered`,
    file: 'flame-delivered.svg',
    mode: 'exactly-once',
    job: (port, measureMs) => delivering([port], { clients: CLIENTS, warmUpMs: 0, measureMs }),
  },
  {
    name: `${CLIENTS} clients, exactly once, accepted, while the relay delivers them`,
    file: 'flame-accepted.svg',
    mode: 'exactly-once',
    job: (port, measureMs) => accepting([port], { clients: CLIENTS, warmUpMs: 0, measureMs }),
  },
  {
    name: `${LISTING_CLIENTS} clients, at least once, lists of ${LIST}, delivered`,
    file: 'flame-lists.svg',
    mode: 'at-least-once',
    job: (port, measureMs) =>
      delivering([port], { clients: LISTING_CLIENTS, warmUpMs: 0, measureMs }, LIST),
  },
];

/** Profiles some cells: Markdown, and a flame graph of each. */
export async function profileBridge(stack: Stack): Promise<Report> {
  const parts: string[] = [];
  const files: Record<string, string> = {};
  for (const { name, file, mode, job } of CELLS) {
    const written = join(stack.folder, `${file}.cpuprofile`);
    const bridge = await stack.startBridge(mode, {
      ...profilerIn(written),
      OUTBOX_URL: `sqlite:${join(stack.folder, `${file}.db`)}`,
    });
    const cell = (measureMs: number): Promise<unknown> =>
      stack.http.run(job(bridge.port, measureMs));
    await cell(WARM_UP_MS);
    const profile = await profileOf(bridge, written, () => cell(MEASURE_MS));
    await waitUntilDrained(bridge);
    await bridge.terminate();
    parts.push(partOf(name, file, selfTimes(profile)));
    files[`performance/${file}`] = flame(profile, name);
  }
  return { text: parts.join('\n\n'), files };
}

function partOf(title: string, file: string, { busy, modules, functions }: SelfTimes): string {
  return [
    `**${title}**: the main thread was busy for ${percent(busy)} of the time ([flame graph](performance/${file})). Of that:`,
    '',
    '| module | self time | function | self time |',
    '| --- | --: | --- | --: |',
    ...Array.from(
      { length: TOP },
      (_, place) => `| ${[modules[place], functions[place]].map(cellsOf).join(' | ')} |`,
    ),
  ].join('\n');
}

function cellsOf(share: Share | undefined): string {
  return share === undefined ? ' | ' : `${share.name} | ${percent(share.share)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
