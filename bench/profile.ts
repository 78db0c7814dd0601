import { join } from 'node:path';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { HttpJob } from './http-load.js';
import { accepting, delivering, waitUntilDrained } from './posting.js';
import { profileOf, profilerIn } from './profiled.js';
import { selfTimes, type SelfTimes, type Share } from './self-times.js';
import type { Stack } from './stack.js';

const CLIENTS = 128;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 5_000;
const TOP = 10;

/** Profiles a cell of delivered and a cell of accepted records, exactly once, 128 clients. Returns Markdown. */
export async function profileBridge(stack: Stack): Promise<string> {
  const parts: string[] = [];
  for (const [name, job] of [
    ['delivered', delivering],
    ['accepted, while the relay delivers them', accepting],
  ] as const) {
    const file = join(stack.folder, `${job.name}.cpuprofile`);
    const bridge = await stack.startBridge('exactly-once', profilerIn(file));
    const times = await profiled(stack, bridge, file, job);
    await waitUntilDrained(bridge);
    await bridge.terminate();
    parts.push(partOf(`${CLIENTS} clients, exactly once, ${name}`, times));
  }
  return parts.join('\n\n');
}

async function profiled(
  { http }: Stack,
  bridge: BridgeProcess,
  file: string,
  job: (ports: HttpJob['ports'], pace: HttpJob['pace']) => HttpJob,
): Promise<SelfTimes> {
  const cell = (measureMs: number): Promise<unknown> =>
    http.run(job([bridge.port], { clients: CLIENTS, warmUpMs: 0, measureMs }));
  await cell(WARM_UP_MS);
  return selfTimes(await profileOf(bridge, file, () => cell(MEASURE_MS)));
}

function partOf(title: string, { busy, modules, functions }: SelfTimes): string {
  return [
    `**${title}**: the main thread was busy for ${percent(busy)} of the time. Of that:`,
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
