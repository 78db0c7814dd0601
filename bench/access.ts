import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../dev/project-root.js';
import { drained, getJson, type HealthView } from '../test/support/bridge-api.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { perSecond, table, type Compared } from './compared.js';
import type { HttpJob } from './http-load.js';
import { figuresOf } from './measurement.js';
import { accepting, delivering } from './posting.js';
import { TOPIC, type Stack } from './stack.js';

const ROUNDS = 4;
const PACE = { warmUpMs: 600, measureMs: 2_500 };
const DRAINED_WITHIN_MS = 180_000;
/** More than is delivered while it is measured, so that it is there all the time. */
const FLOOD = { clients: 4, records: 100 };
const FLOOD_LIST = 500;
const FLOOD_TOPIC = 'bench-flood';

type Way = Compared['ways'][number];

/** Who posts, and to which topic. */
interface Poster {
  readonly authorization: string | null;
  readonly topic: string;
}

/** What keys cost, and what a tenant feels of another one's flood; the report for docs/performance.md. */
export async function measureAccess(stack: Stack, say: (line: string) => void): Promise<string> {
  await stack.kafka.createTopic(FLOOD_TOPIC);
  const path = join(stack.folder, 'keys.json');
  const keys = makeKeys(path);
  const open = await stack.startBridge('exactly-once', {
    OUTBOX_URL: `sqlite:${join(stack.folder, 'open.db')}`,
    KEYS_PATH: join(stack.folder, 'none.json'),
  });
  const keyed = await stack.startBridge('exactly-once', { KEYS_PATH: path });
  const measure = async (
    way: Way,
    bridge: BridgeProcess,
    job: HttpJob,
    flood: HttpJob | null = null,
  ): Promise<void> => {
    if (flood !== null) await stack.http.run(flood);
    const measurement = await stack.http.run(job);
    way.rounds.push(measurement);
    const { p50 } = figuresOf(measurement);
    const left = flood === null ? '' : `, ${await waitingIn(bridge, keys.operator)} still wait`;
    say(`${way.name}: ${perSecond(measurement)}/s, p50 ${p50.toFixed(1)} ms${left}`);
    await drained(bridge.url, DRAINED_WITHIN_MS, keys.operator);
  };
  return [
    ...(await costOfKeys(measure, open, keyed, keys.quiet)),
    await besideFlood(measure, keyed, keys),
  ]
    .map(table)
    .join('\n\n');
}

type Measure = (
  way: Way,
  bridge: BridgeProcess,
  job: HttpJob,
  flood?: HttpJob | null,
) => Promise<void>;

async function costOfKeys(
  measure: Measure,
  open: BridgeProcess,
  keyed: BridgeProcess,
  authorization: string,
): Promise<readonly Compared[]> {
  const found: Compared[] = [];
  for (const clients of [1, 32]) {
    const [none, one] = ways('nobody is asked', 'with a key, its topics and its tenant');
    const job = (bridge: BridgeProcess, key: string | null): HttpJob =>
      by(accepting([bridge.port], { ...PACE, clients }), { authorization: key, topic: TOPIC });
    const cells = [
      () => measure(none, open, job(open, null)),
      () => measure(one, keyed, job(keyed, authorization)),
    ];
    await inRounds(cells);
    found.push({ title: `accepted, ${clients} clients`, ways: [none, one] });
  }
  return found;
}

async function besideFlood(
  measure: Measure,
  bridge: BridgeProcess,
  { quiet, flood }: Keys,
): Promise<Compared> {
  const [alone, beside] = ways('nobody else posts', 'while a flood of another tenant waits');
  const job = by(delivering([bridge.port], { ...PACE, clients: 1 }), {
    authorization: quiet,
    topic: TOPIC,
  });
  const waits = by(accepting([bridge.port], FLOOD, FLOOD_LIST), {
    authorization: flood,
    topic: FLOOD_TOPIC,
  });
  const cells = [() => measure(alone, bridge, job), () => measure(beside, bridge, job, waits)];
  await inRounds(cells);
  return { title: 'delivered, 1 client of a tenant', ways: [alone, beside] };
}

async function waitingIn({ url }: BridgeProcess, authorization: string): Promise<number> {
  const { outbox } = await getJson<HealthView>(`${url}/health`, authorization);
  return outbox.pending;
}

async function inRounds(cells: readonly (() => Promise<void>)[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) await cell();
  }
}

function ways<Names extends readonly string[]>(...names: Names): { [N in keyof Names]: Way } {
  return names.map((name): Way => ({ name, rounds: [] })) as { [N in keyof Names]: Way };
}

function by(job: HttpJob, { authorization, topic }: Poster): HttpJob {
  return { ...job, authorization, paths: [`/topics/${topic}`] };
}

/** As the header `Authorization` shows them. */
interface Keys {
  readonly operator: string;
  readonly quiet: string;
  readonly flood: string;
}

/** As whoever runs a bridge makes them. */
function makeKeys(path: string): Keys {
  const command = join(PROJECT_ROOT, 'dist', 'apps', 'bridge', 'src', 'cli', 'keys.js');
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [command, ...args, '--json'], {
      env: { ...process.env, KEYS_PATH: path },
      encoding: 'utf8',
    });
  const make = (name: string, ...more: readonly string[]): string => {
    const rights = ['--role', 'produce', '--role', 'read', '--topic', '*'];
    const { key } = JSON.parse(run('create', name, ...rights, ...more)) as { readonly key: string };
    return `Bearer ${key}`;
  };
  run('tenant', 'quiet', '--topic', TOPIC);
  run('tenant', 'flood', '--topic', FLOOD_TOPIC);
  return {
    operator: make('operator'),
    quiet: make('quiet', '--tenant', 'quiet'),
    flood: make('flood', '--tenant', 'flood'),
  };
}
