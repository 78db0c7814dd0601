import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { PROFILE_FILE } from './cpu-profiler.js';
import type { HttpJob } from './http-load.js';
import { accepting, delivering, waitUntilDrained } from './posting.js';
import { selfTimes, type CpuProfile, type SelfTimes, type Share } from './self-times.js';
import type { Stack } from './stack.js';

const CLIENTS = 128;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 5_000;
const WRITTEN_WITHIN_MS = 30_000;
const TOP = 10;

/** Profiles a cell of delivered and a cell of accepted records, exactly once, 128 clients. Returns Markdown. */
export async function profileBridge(stack: Stack): Promise<string> {
  const parts: string[] = [];
  for (const [name, job] of [
    ['delivered', delivering],
    ['accepted, while the relay delivers them', accepting],
  ] as const) {
    const file = join(stack.folder, `${job.name}.cpuprofile`);
    const bridge = await stack.startBridge('exactly-once', {
      NODE_OPTIONS: `--import ${new URL('cpu-profiler.js', import.meta.url).href}`,
      [PROFILE_FILE]: file,
    });
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
  toggle(bridge);
  await cell(MEASURE_MS);
  toggle(bridge);
  const deadline = Date.now() + WRITTEN_WITHIN_MS;
  for (;;) {
    const profile = await readProfile(file);
    if (profile !== null) return selfTimes(profile);
    if (Date.now() > deadline) throw new Error('The bridge has written no profile.');
    await delay(50);
  }
}

function toggle({ pid }: BridgeProcess): void {
  if (pid === undefined) throw new Error('The bridge does not run.');
  process.kill(pid, 'SIGUSR2');
}

/** Null until the file is whole. */
async function readProfile(file: string): Promise<CpuProfile | null> {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  } catch {
    return null;
  }
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
